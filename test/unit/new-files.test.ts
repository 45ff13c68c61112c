import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import { parseFile } from "../../src/config/file.ts";
import { renderPolicy, toManifestUrl } from "../../src/config/new-files.ts";

const MANIFEST = readFileSync("manifest.yml", "utf8");

test("the address that creates the app contains the whole manifest, without its comments", () => {
  const url = new URL(toManifestUrl(MANIFEST));
  assert.equal(`${url.origin}${url.pathname}`, "https://api.slack.com/apps");
  assert.equal(url.searchParams.get("new_app"), "1");
  const text = url.searchParams.get("manifest_yaml") ?? "";
  assert.deepEqual(parse(text), parse(MANIFEST));
  assert.doesNotMatch(text, /# /);
});

test("a new policy is valid, and a name cannot add lines to it", () => {
  const named = (id: string) => ({ id, name: "a\nroutes: []\nb" });
  const tokens = { botToken: "xoxb-1", appToken: "xapp-1", apiUrl: null, region: "us-east-1" };
  for (const admins of [[], [named("S0ADMINS")]]) {
    const approvers = [named("U0JANE"), named("S0SRE")];
    const text = renderPolicy({ ...tokens, channel: named("C0ALL"), approvers, admins });
    const outcome = parseFile("countersign.yml", text);
    assert(outcome.kind === "file", text);
    const { groups, users } = outcome.file.routes[0]?.approvers ?? {};
    assert.deepEqual([groups, users], [["S0SRE"], ["U0JANE"]]);
    assert.deepEqual(
      outcome.file.admins.groups,
      admins.map(({ id }) => id),
    );
  }
});
