import assert from "node:assert/strict";
import { test } from "node:test";
import { makeEvaluateClick } from "../../src/app/decide/evaluate-click.ts";
import type { Click } from "../../src/app/ports/click-store.ts";
import { aClick, aRequest } from "../support/samples.ts";
import { setUp } from "./evaluate-click-setup.ts";

/** A click in App Home or in the reply to a command, which no message proves. */
const withoutMessage: Pick<Click, "origin"> = { origin: { kind: "command", channelId: "U000" } };

test("without a message, a request id that the person may not know gets the reply of one that does not exist", async (t) => {
  const { press, replies, request } = await setUp(t, { decide: "elsewhere" });
  const filledIn = { ...withoutMessage, reason: "In need.", typed: aRequest().facts.documentName };
  await press("U0STRANGER", { ...filledIn, id: "a" });
  await press("U0STRANGER", { ...filledIn, id: "b", verdict: "withdraw" });
  await press("U0STRANGER", { ...filledIn, id: "c", authority: "break-glass" });
  await press("U0STRANGER", { ...filledIn, id: "d", requestId: "forged" });
  await press("U0ADMIN", { ...filledIn, id: "e" });
  await press("U000", { ...filledIn, id: "f" });
  assert.deepEqual((await replies()).toSorted(), [
    ["U000", "because: information-only"],
    ["U0ADMIN", "because: information-only"],
    ...Array.from({ length: 4 }, () => ["U0STRANGER", "because: no-request"]),
  ]);
  assert.equal((await request()).version, 1);
});

test("without a message, self-approval, the reason, the typed name and the membership are checked as in the message", async (t) => {
  const { deps, store, clock, press, replies, request } = await setUp(t, { confirm: "typed", reason: "always" });
  const typed = aRequest().facts.documentName;
  const asRosa = makeEvaluateClick({ ...deps, identities: { U000: [aRequest().facts.executedBy ?? ""] } });
  await store.clicks.record(
    aClick("U000", { ...withoutMessage, id: "own", key: "own", reason: "r", typed, receivedAt: clock.now() }),
  );
  const [own = assert.fail()] = await store.clicks.unevaluated(clock.now(), 1);
  await asRosa(own);
  await press("U001", { ...withoutMessage, id: "a", typed });
  await press("U002", { ...withoutMessage, id: "b", reason: "r", typed: "Another-Runbook" });
  await press("U0ADMIN", { ...withoutMessage, id: "c", reason: "r", typed });
  assert.deepEqual((await replies()).toSorted(), [
    ["U000", "because: self-approval"],
    ["U001", "because: reason-missing"],
    ["U002", "because: not-typed"],
    ["U0ADMIN", "because: not-approver"],
  ]);
  assert.equal((await request()).state, "open");
  assert.deepEqual(await press("U003", { ...withoutMessage, id: "d", reason: "r", typed }), {
    kind: "counted",
    completes: true,
  });
  assert.equal((await press("U004", { ...withoutMessage, id: "e", reason: "r", typed })).kind, "denied");
});
