import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { SSMClient } from "@aws-sdk/client-ssm";
import type { STSClient } from "@aws-sdk/client-sts";
import { makeReadCredentials } from "../../src/aws/read-role.ts";
import { NOW } from "../support/samples.ts";

const MINUTE = 60_000;
const ARN = "arn:aws:iam::111122223333:role/CountersignReader";

/** Makes a client of the SDK, which keeps credentials and asks for new ones by the clock of the process. STS gives credentials for 15 minutes, or fails while `isDown`. */
function setUp(t: TestContext) {
  t.mock.timers.enable({ apis: ["Date"], now: NOW });
  const clock = { advance: (ms: number) => t.mock.timers.setTime(Date.now() + ms) };
  const sts = { calls: 0, isDown: false };
  const send = async () => {
    const call = ++sts.calls;
    await new Promise(setImmediate);
    if (sts.isDown) throw Object.assign(new Error("STS is down"), { name: "ServiceUnavailable" });
    const Expiration = new Date(Date.now() + 15 * MINUTE);
    return { Credentials: { AccessKeyId: `key${call}`, SecretAccessKey: "s", SessionToken: "t", Expiration } };
  };
  const credentials = makeReadCredentials({ send } as unknown as STSClient, ARN);
  const client = new SSMClient({ region: "us-east-1", credentials });
  const key = async () => {
    const { accessKeyId } = await client.config.credentials();
    // A renewal in the background takes one turn.
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
    return accessKeyId;
  };
  return { clock, sts, key };
}

test("credentials that last 15 minutes are renewed before they expire, and no call waits for that", async (t) => {
  const { clock, sts, key } = setUp(t);
  const keys: string[] = [];
  for (let minute = 0; minute <= 24; minute++) {
    keys.push(await key());
    clock.advance(MINUTE);
  }
  const times = (name: string, count: number) => Array.from({ length: count }, () => name);
  // Eleven minutes after each renewal four are left: that call starts the next renewal, with the credentials that it has.
  assert.deepEqual(keys, [...times("key1", 12), ...times("key2", 11), ...times("key3", 2)]);
  assert.equal(sts.calls, 3);
});

test("calls continue with valid credentials while STS fails, which is asked again every ten seconds, and use the next ones at once", async (t) => {
  const { clock, sts, key } = setUp(t);
  assert.equal(await key(), "key1");
  clock.advance(11 * MINUTE);
  sts.isDown = true;
  for (let second = 0; second < 30; second++) {
    assert.equal(await key(), "key1");
    clock.advance(1_000);
  }
  assert.equal(sts.calls, 1 + 3);
  sts.isDown = false;
  assert.equal(await key(), "key1");
  assert.equal(await key(), "key5");
});

test("credentials in their last minute are not used: without new ones, the call fails with the error of STS", async (t) => {
  const { clock, sts, key } = setUp(t);
  await key();
  clock.advance(14 * MINUTE + 1);
  sts.isDown = true;
  await assert.rejects(key(), /STS is down/);
  sts.isDown = false;
  assert.equal(await key(), "key3");
});

test("simultaneous calls share one request, at the start and at a renewal", async (t) => {
  const { clock, sts, key } = setUp(t);
  const all = () => Promise.all(Array.from({ length: 50 }, key));
  assert.deepEqual(new Set(await all()), new Set(["key1"]));
  assert.equal(sts.calls, 1);
  clock.advance(11 * MINUTE);
  assert.deepEqual(new Set(await all()), new Set(["key1"]));
  assert.equal(sts.calls, 2);
  clock.advance(5 * MINUTE);
  assert.deepEqual(new Set(await all()), new Set(["key2"]));
  clock.advance(12 * MINUTE);
  assert.deepEqual(new Set(await all()), new Set(["key3"]));
  assert.equal(sts.calls, 3);
});
