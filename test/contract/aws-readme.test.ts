import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { assumptionsSchema } from "../../sandbox/aws/assumptions.ts";
import { seededKeys } from "../../sandbox/aws/identity/seeded-identities.ts";
import { awsWorld } from "./aws-world.ts";

const readme = readFileSync(new URL("../../sandbox/aws/README.md", import.meta.url), "utf8");

test("the README lists each seeded key with its secret", () => {
  for (const { accessKeyId, secretAccessKey } of seededKeys) {
    const row = readme.split("\n").find((line) => line.startsWith("|") && line.includes(`\`${accessKeyId}\``));
    assert.ok(row?.includes(`\`${secretAccessKey}\``), accessKeyId);
  }
});

test("each control route in the README exists", async () => {
  await using aws = await awsWorld({ seed: true });
  const [, table = ""] = readme.split("## `/_control/`");
  const routes = [...table.matchAll(/`(GET|POST) ([a-z/-]+)/g)].map(([, method, path]) => [method ?? "", path ?? ""]);
  assert.ok(routes.length > 12);
  for (const [method = "", path = ""] of routes.filter(([, each]) => each !== "events" && each !== "executions/")) {
    const response = await fetch(`${aws.sandbox.url}/_control/${path}`, {
      method,
      ...(method === "POST" ? { body: "!" } : {}),
    });
    assert.notEqual(response.status, 404, `${method} ${path}`);
    assert.notEqual(response.status, 500, `${method} ${path}`);
  }
});

test("the setting in the README's example is one of the assumptions", () => {
  assert.ok(Object.keys(assumptionsSchema.shape).includes("parentOfWaitingChild"));
});
