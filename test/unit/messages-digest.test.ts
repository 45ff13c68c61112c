import assert from "node:assert/strict";
import { test } from "node:test";
import type { RequestView } from "../../src/app/ports/slack.ts";
import type { Parameter } from "../../src/core/request.ts";
import { digestMessage } from "../../src/slack/messages/digest-message.ts";
import { withheld } from "../../src/slack/messages/withheld.ts";
import { visibleText } from "../support/block-limits.ts";
import { ASKED, type Changes, MINUTE, parameter, ROUTE, token, view, vote } from "./messages-examples.ts";

let ids = 0;
const waits = (facts: Changes["facts"], more: Changes = {}, votes = view().votes): RequestView =>
  view({ id: `r-${++ids}`, ...more, facts: { documentName: "Web-Rollback", stepName: "approve", ...facts } }, votes);
const service = (value: string, more: Partial<Parameter> = {}) =>
  parameter({ name: "Service", values: [value], ...more });

/** Returns the entries of a digest: the text of each, and the request that its button opens. */
function entries(waiting: RequestView[]): [string, string][] {
  const { blocks } = digestMessage({ since: ASKED, waiting, count: waiting.length });
  return blocks.flatMap((block, index) => {
    if (block.type !== "section" || block.accessory?.type !== "button") return [];
    const { value = "" } = block.accessory;
    assert.equal(blocks[index + 1]?.block_id, `facts-${value}`);
    return [[`${visibleText({ ...block, accessory: undefined })}\n${visibleText(blocks[index + 1])}`, value]];
  });
}

test("equal requests share one entry, which counts them and opens the one with the earliest deadline", () => {
  const waiting = Array.from({ length: 27 }, (_, index) =>
    waits({ parameters: [service("web")], waitingSince: ASKED + ((index + 7) % 27) * MINUTE }),
  );
  const [[text, opens] = ["", ""], ...more] = entries(waiting);
  assert.deepEqual(more, []);
  assert.match(text, /^\*`Web-Rollback`, step `approve`\* x27 /);
  assert.equal(opens, waiting[20]?.request.id);
  assert.ok(text.includes(`decide by ${token(ASKED + 60 * MINUTE)}`), text);
  assert.doesNotMatch(text, /Service/, "what all of them share tells nothing apart");
});

test("requests of one kind that differ show the values in which they differ, and only those", () => {
  const same = parameter({ name: "Environment" });
  const shown = entries([
    waits({ parameters: [service("web"), same] }),
    waits({ parameters: [service("api"), same] }),
    waits({ parameters: [service("web"), same] }),
    waits({ parameters: [service("web"), same], documentVersion: "8" }),
    waits({ documentName: "Prod-DB-Failover", parameters: [service("db"), same] }),
  ]);
  assert.deepEqual(
    shown.map(([text]) => [/ x\d+/.exec(text)?.[0] ?? "", text.split("\n")[2] ?? ""]),
    [
      [" x2", "version `7` · Service `web`"],
      ["", "version `7` · Service `api`"],
      ["", "version `8` · Service `web`"],
      ["", ""],
    ],
  );
});

test("long values show where they differ, and only the beginning that they share is left out", () => {
  const arn = `arn:aws:rds:us-east-1:111122223333:db:${"cluster-of-orders-".repeat(6)}`;
  const shown = entries([
    waits({ parameters: [service(`${arn}primary`)] }),
    waits({ parameters: [service(`${arn}replica`)] }),
    waits({ parameters: [service(`${arn}replica-${"x".repeat(99)}`)] }),
    waits({ parameters: [service(`other-${"y".repeat(99)}`)] }),
    waits({ parameters: [service("web")] }),
  ]);
  assert.deepEqual(
    shown.map(([text]) => text.split("\n")[2]),
    [
      "Service `…r-of-orders-primary`",
      "Service `…ders-replica`",
      `Service \`…ders-replica-${"x".repeat(63)}…\``,
      `Service \`other-${"y".repeat(71)}…\``,
      "Service `web`",
    ],
  );
});

test("requests with the same parameters show their questions if those differ", () => {
  const [[first] = [""], [second] = [""]] = entries([
    waits({ message: "Roll back A?" }),
    waits({ message: "Roll back B?" }),
  ]);
  assert.match(first, /Roll back A\?/);
  assert.match(second, /Roll back B\?/);
});

test("requests that differ in requester, target, approvals or route have entries of their own", () => {
  for (const other of [
    waits({ executedBy: "arn:aws:iam::111122223333:user/other" }),
    waits({}, { region: "eu-west-1" }),
    waits({}, {}, [vote()]),
    { ...waits({}), route: { ...ROUTE, quorum: 2 } },
    { ...waits({}), route: null },
  ])
    assert.equal(entries([waits({}), other, waits({})]).length, 2);
});

test("hidden values and withheld parameters tell no requests apart", () => {
  const hidden = ["a", "b"].map((value) => waits({ parameters: [service(value, { masked: true })] }));
  assert.equal(entries(hidden).length, 1);
  const withheldViews = ["a", "b"].map((value) => withheld(waits({ parameters: [service(value)] })));
  assert.equal(entries(withheldViews).length, 1);
});

test("the remark about more requests counts those of the entries that are not shown", () => {
  const waiting = Array.from({ length: 80 }, (_, index) => waits({ stepName: `step${index % 60}` }));
  const { blocks } = digestMessage({ since: ASKED, waiting, count: 100 });
  const shown = entries(waiting).reduce((sum, [text]) => sum + Number(/x(\d+)/.exec(text)?.[1] ?? 1), 0);
  assert.equal(visibleText(blocks.at(-1)), `${100 - shown} more follow as this list gets shorter.`);
});
