import { findRoute, type Route } from "../../core/policy.ts";
import { findRequester, type Identities } from "../../core/requester.ts";
import type { Log } from "../ports/aws.ts";
import type { DigestRow, DigestStore } from "../ports/delivery-store.ts";
import type { DigestView } from "../ports/slack.ts";
import type { RequestStore } from "../ports/store.ts";
import { type DeliveryDeps, makeDeliverMessage } from "./deliver-message.ts";

/** A channel that is further behind than this many messages gets a digest. */
export const DIGEST_THRESHOLD = 20;
/** No message takes more entries; see the limits of blocks. */
const MAX_LISTED = 40;
/** How often a digest is brought up to date at most: the requests' own messages come first. */
const EVERY_MS = 5_000;

export interface DigestDeps extends DeliveryDeps {
  digests: DigestStore;
  requests: Pick<RequestStore, "votes">;
  routes: readonly Route[];
  identities: Identities;
  log: Log;
}

/**
 * Brings the digest of a channel one step nearer to the truth: posts it, updates it when the list has changed, and ends
 * it when nothing waits there without a message any more. Returns how long the channel wants to be left alone, in
 * milliseconds.
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
    // Nobody misses it; what floods the channel after that has one of its own.
    deleted: (row) => digests.ended(row.id, clock.now()),
  });

  return async (row: DigestRow, abort: AbortSignal): Promise<number> => {
    const now = clock.now();
    if (row.nextAttemptAt > now || (row.claimUntil ?? 0) > now) return 0;
    const view = await toDigestView(deps, row);
    if (row.ts === null) {
      // The flood was over before anybody was told of it.
      if (row.claim === null && view.count <= DIGEST_THRESHOLD) await digests.ended(row.id, now);
      else return deliver(row, abort);
    } else if (row.version === toVersion(view)) {
      if (view.count === 0) await digests.ended(row.id, now);
    } else if (view.count === 0 || now >= (row.claimedAt ?? 0) + EVERY_MS) {
      return deliver(row, abort);
    }
    return 0;
  };
}

/** Sees to it that a channel's digest stands before more of its messages do. Returns as makeDigest's function does. */
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
    // The first version is the one in which nobody has voted yet.
    const votes = request.version > 1 ? await deps.requests.votes(request.id) : [];
    const requester = findRequester(request.facts.executedBy, deps.identities);
    waiting.push({ request, votes, requester, route: findRoute(deps.routes, request.route) });
  }
  return { since: row.beganAt, waiting, count };
}

/** Differs with what the digest lists: FNV-1a over it, cut to 31 bits and never 0, which stands for "not known". */
function toVersion({ waiting, count }: DigestView): number {
  let hash = 0x811c9dc5;
  for (const char of [count, ...waiting.map(({ request }) => `${request.id}:${request.version}`)].join(" "))
    hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 1) | 1;
}
