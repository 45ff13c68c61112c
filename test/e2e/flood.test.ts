import assert from "node:assert/strict";
import { DIGEST_THRESHOLD } from "../../src/app/deliver/digest.ts";
import { formatLastLines } from "../support/bot.ts";
import { eventually } from "../support/eventually.ts";
import { fullMatrixTest } from "../support/full-matrix.ts";
import type { Json } from "../support/http-json.ts";
import { ONE_GATE, toText, world } from "../support/world.ts";

const MANY = DIGEST_THRESHOLD + 3;

// At the pace of Slack this takes half a minute. unit/deliver-digest and contract/store-digests test its parts in `npm test`.
fullMatrixTest(
  "requests that wait after an outage appear immediately in one digest, can be decided from it, and get their own messages",
  async (t) => {
    const w = await world(t, { start: false });
    await w.control.slack("faults", { operation: "chat.postMessage", kind: "error", code: "service_unavailable" });
    await w.startBot();
    await w.ready();
    const ids: string[] = [];
    for (let index = 0; index < MANY; index++)
      ids.push(await w.run(ONE_GATE, { parameters: { Service: [`s${index}`] } }));
    const waiting = () => w.bot().lines.filter((line) => line.event === "request.opened");
    await eventually("all requests are open", () => waiting().length === MANY);
    await fetch(`${w.slack.url}/_control/faults`, { method: "DELETE" });

    const digest = await eventually(
      "a digest is in the channel",
      async () => (await w.messages()).find((message) => /approvals are waiting here/.test(toText(message))),
      () => formatLastLines(w.bot().lines),
    );
    const before = (await w.messages()).filter(({ ts }) => ts < digest.ts);
    assert.ok(before.length < MANY - DIGEST_THRESHOLD + 3, `${before.length} messages were posted before the digest`);
    const openings = digest.blocks.filter((block: Json) => block.accessory?.action_id === "open");
    assert.ok(openings.length > DIGEST_THRESHOLD);

    // The last request is decided before it has its own message.
    const last = openings.at(-1);
    const requestId = last.accessory.value;
    await w.click("U0ROSA", digest, "open", { block_id: last.block_id });
    await w.modal("U0ROSA", "open-approve");
    await w.control.slack("click", { user: "U0ROSA", action_id: "open-approve" });
    await w.modal("U0ROSA", "may decide this request");
    await w.click("U0JANE", digest, "open", { block_id: last.block_id });
    await w.modal("U0JANE", requestId);
    await w.control.slack("click", { user: "U0JANE", action_id: "open-approve" });
    await w.modal("U0JANE", '"reason"');
    await w.control.slack("submit", { user: "U0JANE", values: {} });
    const decided = waiting().find((line) => line.requestId === requestId)?.executionId;
    await eventually(
      "AWS has the approval",
      async () => (await w.signals(decided)).length === 1,
      () => formatLastLines(w.bot().lines),
    );
    const [signal] = await w.signals(decided);
    assert.match(JSON.stringify(signal), /Jane Ito/);

    const ended = await eventually(
      "the digest says that all is posted",
      async () =>
        (await w.messages()).find((message) => message.ts === digest.ts && /All posted/.test(toText(message))),
      () => formatLastLines(w.bot().lines),
    );
    assert.doesNotMatch(toText(ended), /"action_id"/);
    const own = (await w.messages()).filter((message) => message.ts !== digest.ts);
    for (const id of ids.filter((each) => each !== decided))
      assert.equal(own.filter((message) => toText(message).includes(id)).length, 1, id);
    assert.ok(own.length === MANY || own.length === MANY - 1, "a request that ended before its post needs no message");
  },
);
