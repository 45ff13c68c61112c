import assert from "node:assert/strict";
import { test } from "node:test";
import { spawnBot } from "../support/bot.ts";
import { eventually } from "../support/eventually.ts";
import type { Json } from "../support/http-json.ts";
import { ONE_GATE, type World, world } from "../support/world.ts";

/** Runs a command on the database of the world, next to its bot. */
async function audit(w: World, ...args: string[]) {
  const { lines, ended } = await spawnBot(w.environment, "bundle", ["audit", ...args]);
  return { code: await ended, output: lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))) };
}

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

  // The bot runs, and has the SQLite file open.
  const verified = await audit(w, "verify");
  assert.equal(verified.code, 0, verified.output.join("\n"));
  assert.match(
    verified.output.join("\n"),
    /^The audit trail is intact: \d+ records, 1 to \d+\.\nHead: \d+:[0-9a-f]{64}\n/,
  );
  const shown = (await audit(w, "show", id.slice(0, 8))).output.join("\n");
  for (const expected of [
    new RegExp(`Execution +${id} in default/us-east-1, account 111122223333`),
    /Requester +arn:aws:/,
    /Shown +Restart web\?/,
    /Service = web/,
    /Could decide +U0JANE, members of S0DBA; 1 approval; the requester may not approve\n +by route "everything", configuration [0-9a-f]{64}/,
    /Votes +\S+Z U0JANE \(.*\) approved/,
    /Decision +approved at \S+Z by .*U0JANE/,
    /AWS +\S+Z attempt 1: approve as arn:aws:iam::111122223333:role\/CountersignBot\n.*AWS accepted it \(AWS request [\w-]{36}\)/,
    /End +approved in Slack at/,
    /each hash is intact/,
  ])
    assert.match(shown, expected);
  assert.equal((await audit(w, "show", "00000000")).code, 1);
  const found = await audit(w, "find", "--document", "test-*", "--person", "U0JANE", "--since", "1h");
  assert.deepEqual([found.code, found.output.length], [0, 1], found.output.join("\n"));
  assert.match(found.output.join(), new RegExp(`\\| ${id} \\| Test-Runbook .*approved in Slack`));
  assert.equal((await audit(w, "find", "--person", "U0OMAR")).code, 1);
  const exported = await audit(w, "export", "--format", "csv", "--since", "today");
  assert.match(exported.output[0] ?? "", /^"seq","at","kind","actor"/);
  assert.ok(exported.output.some((line) => line.startsWith('"1","2') && line.includes(`"${id}"`)));
  assert.equal((await audit(w, "export", "--since", "soon")).code, 2);
  const head = `1:${"0".repeat(64)}`;
  const rewritten = await audit(w, "verify", "--head", head);
  assert.equal(rewritten.code, 1);
  assert.match(rewritten.output.join("\n"), /Record 1 has another hash than the noted head/);
  assert.equal((await audit(w, "verify", "--head", "1:abc")).code, 2);
  assert.equal(await w.bot().stop(), 0, "the bot continued");
});
