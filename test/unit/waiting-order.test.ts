import assert from "node:assert/strict";
import { test } from "node:test";
import { selectWaitingPage, toWaitingCursor, type WaitingPage } from "../../src/core/waiting-order.ts";
import { aRequest } from "../support/samples.ts";

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
