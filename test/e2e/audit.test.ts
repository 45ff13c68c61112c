import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../support/eventually.ts";
import type { Json } from "../support/http-json.ts";
import { ONE_GATE, world } from "../support/world.ts";

test("each audit event is published once, even if the bus fails some entries of a call", async (t) => {
  const w = await world(t, { start: false });
  await w.control.aws("bus/failures", { times: 2, code: "InternalFailure" });
  const id = await w.run(ONE_GATE);
  await w.startBot();
  await w.ready();
  await w.click("U0JANE", await w.message(id), "approve");

  const events = await eventually("three events are published", async () => {
    const { events } = await w.control.aws("bus?source=countersign");
    return events.length >= 3 && events;
  });
  const detail = (event: Json) =>
    typeof event.Detail === "string" ? JSON.parse(event.Detail) : (event.detail ?? event.Detail);
  const name = (event: Json) => event.DetailType ?? event["detail-type"] ?? event.detailType;
  assert.deepEqual(events.map(name).sort(), ["Approval Closed", "Approval Decided", "Approval Requested"]);
  for (const event of events) assert.equal(detail(event).executionId, id);
  const decided = events.find((event: Json) => name(event) === "Approval Decided");
  assert.equal(detail(decided).actor, "U0JANE");
  assert.equal(detail(decided).decision, "approve");

  const calls = await w.awsCalls("PutEvents");
  assert.ok(calls.some((call: Json) => call.outcome.status === 200 && call.outcome.body.FailedEntryCount > 0));
});
