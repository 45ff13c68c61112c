import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { SETTING_TESTS, WITH_DEFAULTS } from "../../scripts/setting-tests.ts";

const FOLDER = new URL("../contract/", import.meta.url);
const STAND_IN =
  /"(?:\.\/(?:aws-world|automation-world|slack-support)|\.\.\/\.\.\/sandbox\/(?:aws\/start-aws-sandbox|slack\/server)|\.\.\/support\/doctor-world)\.ts"/;
const BOT = /"(?:\.\.\/\.\.\/src\/(?:aws|slack)\/[^"]*|\.\/automation-world\.ts)"|doctor-world/;

const names = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".test.ts"))
  .map((name) => name.replace(".test.ts", ""));
const listed: string[] = [...SETTING_TESTS.aws, ...SETTING_TESTS.slack, ...Object.keys(WITH_DEFAULTS)];

test("each contract test that starts a stand-in for an adapter runs with every setting, or has a reason not to", () => {
  const unlisted = names.filter((name) => {
    const source = readFileSync(new URL(`${name}.test.ts`, FOLDER), "utf8");
    return STAND_IN.test(source) && BOT.test(source) && !listed.includes(name);
  });
  assert.deepEqual(unlisted, []);
});

test("the lists name existing files, and each once", () => {
  assert.deepEqual(
    listed.filter((name) => !names.includes(name)),
    [],
  );
  assert.equal(new Set(listed).size, listed.length);
});
