import { findRoute, type Route } from "../../core/policy.ts";
import { isQuietEscalation } from "../../core/reminders.ts";
import { findRequester, type Identities } from "../../core/requester.ts";
import type { Log } from "../ports/aws.ts";
import type { DigestRow, DigestStore } from "../ports/delivery-store.ts";
import type { DigestView } from "../ports/slack.ts";
import type { RequestStore } from "../ports/store.ts";
import { makeDeliverMessage } from "./deliver-message.ts";
import type { DeliveryDeps } from "./delivery-context.ts";

/** A channel with more unposted messages than this gets a digest. */
export const DIGEST_THRESHOLD = 20;
/** The most requests that are read for one digest. It shows fewer, because equal requests share an entry. */
const MAX_LISTED = 200;
/** The shortest time between two updates of a digest: the messages of the requests come first. */
const EVERY_MS = 5_000;

export interface DigestDeps extends DeliveryDeps {
  digests: DigestStore;
  requests: Pick<RequestStore, "votes">;
  routes: readonly Route[];
  identities: Identities;
  log: Log;
}

/**
 * Makes the use case that moves the digest of a channel towards its current content. It posts the digest, updates it when
 * the list has changed, and ends it when every request of the channel has a message. It returns how long the channel must
 * back off, in milliseconds.
 *
 * A digest ends unposted if the flood is over first, posted once it shows that nothing is left, or when it is deleted in
 * Slack or can no longer be edited.
 */
export function makeDigest(deps: DigestDeps) {
  const { digests, clock } = deps;
  const deliver = makeDeliverMessage<DigestRow>(deps, {
    store: digests,
    idOf: (row) => row.id,
    async content(row) {
      const view = await toDigestView(deps, row);
      return { content: { id: row.id, kind: "digest", view }, version: toVersion(view) };
    },
    about: () => ({ digest: true }),
    // The next flood of the channel gets a new digest.
    async lost({ id }, ts, how) {
      await digests.endLost(id, ts, clock.now());
      deps.countLost(how);
    },
  });

  return async (row: DigestRow, abort: AbortSignal): Promise<number> => {
    const now = clock.now();
    if (row.nextAttemptAt > now || (row.claimUntil ?? 0) > now) return 0;
    const view = await toDigestView(deps, row);
    if (row.ts === null) {
      // The flood ended before its digest was posted.
      if (row.claimId === null && view.count <= DIGEST_THRESHOLD) await digests.end(row, now);
      else return deliver(row, abort);
    } else if (row.shownVersion === toVersion(view)) {
      if (view.count === 0) await digests.end(row, now);
    } else if (view.count === 0 || now >= (row.claimedAt ?? 0) + EVERY_MS) {
      return deliver(row, abort);
    }
    return 0;
  };
}

/** Makes the step that posts a channel's digest before more of its messages. Returns how long the channel must back off. */
export const makeDigestFirst =
  (digests: DigestStore, digest: ReturnType<typeof makeDigest>) =>
  async (channelId: string, abort: AbortSignal): Promise<number> => {
    const current = await digests.current();
    const unposted = current.find((row) => row.channelId === channelId && row.ts === null);
    return unposted === undefined ? 0 : digest(unposted, abort);
  };

async function toDigestView(deps: DigestDeps, row: DigestRow): Promise<DigestView> {
  const { requests, count } = await deps.digests.waiting(row.channelId, MAX_LISTED);
  const waiting: DigestView["waiting"] = [];
  for (const request of requests) {
    // Version 1 of a request has no votes.
    const votes = request.version > 1 ? await deps.requests.votes(request.id) : [];
    const requester = findRequester(request, deps.identities);
    const route = findRoute(deps.routes, request.route);
    const isQuiet = isQuietEscalation(route, row.channelId, deps.clock.now());
    waiting.push({ request, votes, attempts: [], requester, route, isQuiet });
  }
  return { since: row.beganAt, waiting, count };
}

/** Returns a version that differs with the listed requests: FNV-1a cut to 31 bits, and never 0, which means unknown. */
function toVersion({ waiting, count }: DigestView): number {
  let hash = 0x811c9dc5;
  for (const char of [count, ...waiting.map(({ request }) => `${request.id}:${request.version}`)].join(" "))
    hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 1) | 1;
}
