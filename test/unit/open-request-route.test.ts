import assert from "node:assert/strict";
import { test } from "node:test";
import { anExecution, aRoute } from "../support/samples.ts";
import { setUp } from "./sync-execution-setup.ts";

const PIPELINE = "arn:aws:sts::111122223333:assumed-role/Deploy/run-1";

for (const [executedBy, route] of [
  [PIPELINE, "pipelines"],
  ["arn:aws:iam::111122223333:user/rosa", "everything else"],
  [null, "everything else"],
] as const)
  test(`an execution that ${executedBy ?? "an unknown principal"} started gets the route "${route}"`, async (t) => {
    const { automation, read, requests } = await setUp(t, [
      aRoute({ name: "pipelines", match: { startedBy: "*:assumed-role/Deploy/*" } }),
      aRoute({ name: "everything else" }),
    ]);
    automation.shows(anExecution({ executedBy }));
    await read();
    assert.deepEqual(
      (await requests()).map((request) => request.route),
      [route],
    );
  });
