import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { test } from "node:test";
import { LEFT_OUT, SETTING_TESTS, WITHOUT_STAND_IN } from "../../scripts/setting-tests.ts";

const FILES = globSync("test/contract/*.test.ts").map((path) => basename(path, ".test.ts"));
const RUN: string[] = [...new Set(Object.values(SETTING_TESTS).flat())];
const LISTED = [...RUN, ...Object.values(LEFT_OUT).flat()];

/** The import of a function that starts a stand-in. */
const STARTS =
  /import [^;]*\b(?:awsWorld|setUp|world|startAwsSandbox|startSlackSandbox|doctorWorld)\b[^;]* from "[^"]*(?:aws-world|automation-world|slack-support|start-aws-sandbox|slack\/server|support\/world|doctor-world)\.ts"/;
/** The import of an adapter, or of a support file that runs one. */
const ADAPTER =
  /from "(?:\.\.\/\.\.\/src\/(?:aws|slack)\/|\.\/(?:automation-world|inbound-bot|aws-world|slack-support)\.ts)/;

const read = (name: string) => readFileSync(`test/contract/${name}.test.ts`, "utf8");
const startsStandIn = (name: string) => STARTS.test(read(name));

test("each contract test that starts a stand-in or runs an adapter runs with every setting, or has one reason not to", () => {
  const unlisted = FILES.filter((name) => !LISTED.includes(name));
  assert.deepEqual(
    unlisted.filter((name) => startsStandIn(name) || ADAPTER.test(read(name))),
    [],
  );
  assert.deepEqual(
    LISTED.filter((name) => !FILES.includes(name)),
    [],
  );
  assert.equal(new Set(LISTED).size, LISTED.length);
});

test("a contract test that is said to start no stand-in starts none, and one that runs with the settings starts one", () => {
  assert.deepEqual(LEFT_OUT[WITHOUT_STAND_IN]?.filter(startsStandIn), []);
  assert.deepEqual(
    RUN.filter((name) => !startsStandIn(name)),
    [],
  );
});
