import assert from "node:assert/strict";
import { test } from "node:test";
import { makeLookUpRequester } from "../../src/app/watch/look-up-requester.ts";
import { makeSharedReads } from "../../src/slack/people/shared-reads.ts";
import type { Purpose } from "../../src/slack/slack-call.ts";
import { fakeDirectory } from "../support/fake-slack.ts";
import { testClock } from "../support/fakes.ts";
import { runEventLoop } from "../support/run-event-loop.ts";
import { aRequest } from "../support/samples.ts";

/** Shared reads of which each one waits for the test, and has its number as the value. */
function heldReads() {
  const clock = testClock();
  const begun: Purpose[] = [];
  const ends: (() => void)[] = [];
  const read = makeSharedReads(clock, { max: 10, keepMs: 15_000 }, async (_id, purpose) => {
    const value = begun.push(purpose);
    await new Promise<void>((resolve) => ends.push(resolve));
    return { kind: "read", value };
  });
  const ask = async (purpose: Purpose, since = clock.now()) => {
    const result = await read("U0JANE", since, undefined, purpose);
    return result.kind === "found" ? result.value : result.kind;
  };
  return { clock, begun, ask, end: (number: number) => ends[number - 1]?.() };
}

test("a lookup for an approver's click does not wait for one at the pace of other people, and keeps its own value", async () => {
  const { clock, begun, ask, end } = heldReads();
  const since = clock.now();
  const paced = ask("click");
  const joined = ask("background");
  clock.advance(1);
  const urgent = ask("approver", since);
  const shared = ask("approver", since);
  assert.deepEqual(begun, ["click", "approver"], "approvers share one");
  end(2);
  assert.deepEqual([await urgent, await shared], [2, 2]);
  end(1);
  assert.deepEqual([await paced, await joined], [1, 1]);
  assert.equal(await ask("click", since), 2, "the earlier read replaces no later value");
});

test("a lookup for others joins an approver's, and an approver's later lookup makes the next read an approver's", async () => {
  const { clock, begun, ask, end } = heldReads();
  const first = ask("approver");
  const joined = ask("click");
  clock.advance(1);
  const later = ask("click");
  const urgent = ask("approver");
  end(1);
  assert.deepEqual([await first, await joined], [1, 1]);
  await runEventLoop();
  assert.deepEqual(begun, ["approver", "approver"]);
  end(2);
  assert.deepEqual([await later, await urgent], [2, 2]);
});

test("the accounts of the requester's identities are looked up at the pace of approvers too", async () => {
  const directory = fakeDirectory();
  const lookups: [userId: string, isApprover: boolean][] = [];
  const { person } = directory;
  directory.person = (userId, freshness, isApprover = false) => {
    lookups.push([userId, isApprover]);
    return person(userId, freshness, isApprover);
  };
  const request = aRequest({ listedAccounts: { U0OMAR: "pending" } });
  const lookUp = makeLookUpRequester({
    requests: { byId: async () => request, advance: async () => true },
    directory,
    identities: { U0OMAR: [request.facts.executedBy ?? ""] },
    clock: testClock(),
  });
  assert.deepEqual(await lookUp(request.id), { kind: "done" });
  assert.deepEqual(lookups, [["U0OMAR", true]]);
});
