import assert from "node:assert/strict";
import { test } from "node:test";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { eventually } from "../support/eventually.ts";
import { fullMatrixTest } from "../support/full-matrix.ts";
import type { Json } from "../support/http-json.ts";
import { ONE_GATE, world } from "../support/world.ts";

/** A gate that an administrator may decide in the console. */
const GATE = ONE_GATE.replace('Approvers: ["', 'Approvers: ["arn:aws:iam::111122223333:user/admin", "');

test("events announce a waiting step and a decision elsewhere between two polls; a poll finds what no event announced", async (t) => {
  const w = await world(t, { events: true, env: { POLL_INTERVAL_SECONDS: "3600" } });
  const lists = async () => (await w.awsCalls("DescribeAutomationExecutions")).length;
  const health = async (): Promise<Json> => (await fetch(`http://127.0.0.1:${w.bot().opsPort}/readyz`)).json();
  const logged = (event: string) =>
    eventually(`the bot logs ${event}`, () => w.bot().lines.find((line) => line.event === event));
  assert.equal(await lists(), 1);

  const first = await w.run(GATE);
  const message = await w.message(first, "Restart web?");
  await w.signal(first, "Approve");
  await w.message(first, /Approved/);
  await w.reply(message, /succeeded|ended|Success/i);
  assert.equal(await lists(), 1, "no poll has found this");
  const reads = await w.awsCalls("GetAutomationExecution");
  assert.ok(reads.length <= 8, `${reads.length} reads`);
  const { queue } = await health();
  assert.equal(queue.status, "receiving");
  assert.ok(queue.lastEventAt !== null);

  const sqs = new SQSClient({
    endpoint: w.aws.url,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  t.after(() => sqs.destroy());
  const QueueUrl = `${w.aws.url}/111122223333/countersign-waiting`;
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "poison" }));
  await logged("queue.malformed");
  const metrics = await (await fetch(`http://127.0.0.1:${w.bot().opsPort}/metrics`)).text();
  assert.match(metrics, /^countersign_events_received_total\{result="malformed"\} 1$/m);
  assert.match(metrics, /^countersign_event_queue_up 1$/m);
  assert.equal(await w.bot().stop(), 0);

  await w.startBot({ POLL_INTERVAL_SECONDS: "0.2" });
  await w.ready();
  // A poll can read a change before its event arrives, and then proves nothing about events. So more executions start.
  let runs = 0;
  await eventually("the bot logs poll.slowed", async () => {
    await w.message(await w.run(ONE_GATE));
    runs += 1;
    return w.bot().lines.find((line) => line.event === "poll.slowed");
  });
  await w.control.aws("bus/faults", { kind: "lose" });
  const before = await lists();
  await w.message(await w.run(ONE_GATE));
  assert.ok((await lists()) - before <= 3, "a poll at the safety interval has found it");
  assert.equal((await health()).targets[0].everySeconds, 4);
  assert.equal((await w.posts()).length, 2 + runs);
});

fullMatrixTest(
  "after a poll has found a step that no event announced, the target is polled at its normal interval",
  async (t) => {
    const w = await world(t, { events: true, env: { POLL_INTERVAL_SECONDS: "1" } });
    const everySeconds = async () => {
      const health: Json = await (await fetch(`http://127.0.0.1:${w.bot().opsPort}/readyz`)).json();
      return health.targets[0].everySeconds;
    };
    await eventually("the target is polled at the safety interval", async () => {
      await w.message(await w.run(ONE_GATE));
      return (await everySeconds()) === 20;
    });
    await w.control.aws("bus/faults", { kind: "lose" });
    // A step that began to wait less than ten seconds before the poll proves nothing: its event can be late.
    const found = await eventually("the bot logs poll.unannounced", async () => {
      await w.message(await w.run(ONE_GATE));
      return w.bot().lines.find((line) => line.event === "poll.unannounced");
    });
    assert.ok(found.afterSeconds >= 10, `${found.afterSeconds} s`);
    assert.equal(await everySeconds(), 1);
  },
);
