import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  formatWaitingPage,
  listedDeadline,
  parseWaitingPage,
  selectWaitingPage,
  toWaitingCursor,
  type WaitingPage,
} from "../../src/core/waiting-order.ts";
import { aFacts, aRequest, NOW } from "../support/samples.ts";

const LIMIT = 8;
/** Waiting requests in the order of the list. */
const all = Array.from({ length: 20 }, (_, index) => aRequest({ id: `r${String(index).padStart(2, "0")}` }));
const nameAll = (requests: readonly { id: string }[]) => requests.map(({ id }) => id);

test("every page of a list that has become shorter shows as many requests as fit, and its true place", () => {
  for (const direction of ["after", "before"] satisfies WaitingPage["direction"][])
    for (const [at, from] of all.entries())
      for (let left = 0; left <= all.length; left++) {
        const page: WaitingPage = { direction, from: toWaitingCursor(from) };
        const shown = selectWaitingPage(all.slice(0, left), page, LIMIT);
        const about = `${direction} ${at}, ${left} left: ${JSON.stringify({ ...shown, requests: nameAll(shown.requests) })}`;
        const isLast = direction === "after" && at + 1 < left;
        const size = isLast ? Math.min(LIMIT, left - at - 1) : Math.min(LIMIT, left);
        assert.equal(shown.requests.length, size, about);
        assert.ok(shown.offset >= 0, about);
        assert.deepEqual(
          nameAll(shown.requests),
          nameAll(all.slice(0, left).slice(shown.offset).slice(0, size)),
          about,
        );
      }
});

/** A request whose deadline is this many seconds after the start of its step. */
const aDeadline = (id: string, timeoutSeconds: number) => aRequest({ id, facts: aFacts({ timeoutSeconds }) });

test("a page has the requests next to its place, the earliest deadline first, also after the request of that place is closed", () => {
  const listed = fc.uniqueArray(fc.tuple(fc.nat(4), fc.stringMatching(/^[a-z]$/)), {
    selector: ([, id]) => id,
    maxLength: 12,
  });
  const place = fc.tuple(fc.nat(4), fc.stringMatching(/^[a-z]$/));
  fc.assert(
    fc.property(listed, place, fc.integer({ min: 1, max: 5 }), (entries, [seconds, id], limit) => {
      const compare = (a: readonly [number, string], b: readonly [number, string]) =>
        a[0] - b[0] || (a[1] < b[1] ? -1 : Number(a[1] > b[1]));
      const sorted = entries.filter(([, each]) => each !== id).sort(compare);
      const requests = sorted.map(([deadline, each]) => aDeadline(each, deadline));
      const names = nameAll(requests);
      const before = sorted.filter((each) => compare(each, [seconds, id]) < 0).length;
      const from = toWaitingCursor(aDeadline(id, seconds));
      const select = (direction: WaitingPage["direction"]) => {
        const shown = selectWaitingPage(requests, { direction, from }, limit);
        return { ...shown, requests: nameAll(shown.requests) };
      };
      const first = { requests: names.slice(0, limit), offset: 0, direction: "after" };
      const endsAt = (end: number) =>
        end <= limit ? first : { requests: names.slice(end - limit, end), offset: end - limit, direction: "before" };
      assert.deepEqual(select("before"), endsAt(before));
      const next = { requests: names.slice(before, before + limit), offset: before, direction: "after" };
      assert.deepEqual(select("after"), before < names.length ? next : endsAt(names.length));
    }),
  );
});

test("a request keeps its place in the list while its deadline changes", () => {
  const requests = [aDeadline("r1", 100), aDeadline("r2", 200), aDeadline("r3", 300), aDeadline("r4", 400)];
  const from = { deadline: 0, id: "r3" };
  const shown = (direction: WaitingPage["direction"]) =>
    nameAll(selectWaitingPage(requests, { direction, from }, 1).requests);
  assert.deepEqual([shown("before"), shown("after")], [["r2"], ["r4"]]);
});

test("without a place, the first page is shown", () => {
  const shown = selectWaitingPage(all, null, LIMIT);
  assert.deepEqual(shown, { requests: all.slice(0, LIMIT), offset: 0, direction: "after" });
});

test("a request is listed by the time limit of its step, by AWS's default of a week, or by a week after its message", () => {
  const WEEK = 7 * 86_400_000;
  const at = (waitingSince: number | null, timeoutSeconds: number | null) =>
    listedDeadline({ facts: aFacts({ waitingSince, timeoutSeconds }), openedAt: NOW });
  assert.equal(at(NOW - 5_000, 60), NOW - 5_000 + 60_000);
  assert.equal(at(NOW - 5_000, null), NOW - 5_000 + WEEK);
  assert.equal(at(null, 60), NOW + WEEK);
});

test("a page that is written to a button is read again, and another text is the first page", () => {
  const request = aDeadline("99999999-8888", 60);
  const { deadline } = toWaitingCursor(request);
  for (const direction of ["after", "before"] as const) {
    const text = formatWaitingPage(direction, request);
    assert.equal(text, `${direction}:${deadline}:99999999-8888`);
    assert.deepEqual(parseWaitingPage(text), { direction, from: { deadline, id: "99999999-8888" } });
  }
  const longest = `before:${"9".repeat(15)}:${"r".repeat(60)}`;
  assert.deepEqual(parseWaitingPage(longest)?.from, { deadline: 999_999_999_999_999, id: "r".repeat(60) });
  for (const text of [
    null,
    "",
    "after",
    "after:1:",
    "after::r1",
    "after:x:r1",
    "older:1:r1",
    "xafter:1:r1",
    "after:1:r1 r2",
    `after:${"9".repeat(16)}:r1`,
    `after:1:${"r".repeat(61)}`,
  ])
    assert.equal(parseWaitingPage(text), null, String(text));
});
