import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { parseEnv } from "node:util";
import { VARIABLES, type Variables } from "../../src/config/environment.ts";
import { environment, MINIMAL, problems } from "./environment-samples.ts";

describe(".env.example", () => {
  const text = readFileSync(".env.example", "utf8");
  const lines = [...text.matchAll(/^(?:# )?([A-Z][A-Z_]*)=(.*)$/gm)].map(([, name = "", value = ""]) => ({
    name,
    value,
  }));

  test("lists every variable of the reader exactly once", () => {
    assert.deepEqual(lines.map(({ name }) => name).sort(), [...VARIABLES].sort());
  });

  test("has two problems without changes: the placeholders of the tokens", () => {
    assert.deepEqual(problems(parseEnv(text) as Variables), [
      "SLACK_BOT_TOKEN: It still contains a placeholder.",
      "SLACK_APP_TOKEN: It still contains a placeholder.",
    ]);
  });

  test("has only values that are accepted", () => {
    for (const { name, value } of lines.filter(({ value }) => !value.endsWith("...")))
      assert.deepEqual(problems({ ...MINIMAL, AWS_REGION: "us-east-1", [name]: value }), [], name);
  });

  test("shows the defaults in its commented lines", () => {
    const given = Object.fromEntries(lines.map(({ name, value }) => [name, value]));
    const { POLL_INTERVAL_SECONDS, COUNTERSIGN_CONFIG, DATABASE_URL, PORT, LOG_LEVEL } = given;
    const defaults = { POLL_INTERVAL_SECONDS, COUNTERSIGN_CONFIG, DATABASE_URL, PORT, LOG_LEVEL };
    assert.deepEqual(environment(defaults), environment({}));
  });
});
