import type { ApprovalRequest, Vote } from "../../core/request.ts";
import { parseWaitingPage } from "../../core/waiting-order.ts";
import type { Clock, Log } from "../ports/aws.ts";
import type { HomeRow, HomeScope, HomeStore } from "../ports/home-store.ts";
import type { RequestSearch } from "../ports/request-search.ts";
import { type ChatFailure, describeChatFailure } from "../ports/slack.ts";
import type { HealthReport } from "./health.ts";
import type { makePending, PendingResult, WaitingRequests } from "./list-waiting.ts";

/** Requests of one page. With their buttons and dialogs, more do not fit into a view. */
export const HOME_PAGE = 8;
const MAX_DECISIONS = 5;

/** The content of App Home for one person. */
export interface HomeContent {
  scope: HomeScope;
  list: PendingResult;
  /** The person's latest votes on closed requests. */
  decisions: { request: ApprovalRequest; vote: Vote }[];
  /** Only for admins. */
  health: HealthReport | null;
}

/**
 * Publishes the view. `unchanged`: Slack shows the same view already. `conflict`: Slack shows a newer view than the caller
 * knows.
 */
export type PublishHome = (
  userId: string,
  content: HomeContent,
  known: Pick<HomeRow, "fingerprint" | "slackHash">,
) => Promise<
  | { kind: "published"; fingerprint: string; slackHash: string | null }
  | { kind: "unchanged" }
  | { kind: "conflict" }
  | ChatFailure
>;

/** How long a claim on a view lasts. */
const CLAIM_MS = 30_000;
/** The least time between two publications for one person. */
const PACE_MS = 3_000;
const RETRY_MS = 60_000;
const UNEXPECTED = "unexpected failure, see the log";
/** For so long, all views share one read of the waiting requests and of the health, even if a record is newer than it. */
const SHARE_MS = 1_000;
/** The same if no record is newer. Health changes without a record. */
const UNCHANGED_MS = 10_000;

/**
 * Makes the use case that renders App Home again for a person who opened it recently. States of a view:
 *
 *   current      no audit record is newer than the view. The next record, or the person, ends it.
 *   outdated     due from `nextAttemptAt` on
 *   claimed      one replica publishes it. Ends with the result, with the end of the claim, or when the person turns the page.
 *   not recent   the person opened it too long ago: nothing happens until they open it again.
 *
 * A view that shows a shared read is as new as that read: it remains outdated if a record is newer, and follows again.
 */
export const makeRefreshHome = (deps: RefreshHomeDeps) => {
  const share = makeSharedReads(deps);
  return async (row: HomeRow & { headSeq: number }): Promise<void> => {
    const { homes, clock, log } = deps;
    const claimed = await homes.claim(row, clock.now() + CLAIM_MS);
    if (claimed === null) return;
    const { userId, fingerprint, slackHash } = claimed;
    const reads = share(row.headSeq);
    const result = await publish(deps, reads, claimed).catch(async (error: unknown) => {
      // Only the owner of the claim can record this, and the worker knows only the view before the claim.
      await homes.recordFailed(claimed, UNEXPECTED, clock.now() + RETRY_MS).catch(() => undefined);
      throw error;
    });
    const now = clock.now();
    switch (result.kind) {
      case "published":
      case "unchanged": {
        const shown = result.kind === "published" ? result : { fingerprint, slackHash };
        const next = { fingerprint: shown.fingerprint, slackHash: shown.slackHash, nextAttemptAt: now + PACE_MS };
        return homes.recordShown(claimed, { shownSeq: reads.seq, ...next });
      }
      case "conflict":
        return homes.recordFailed(claimed, "Slack shows a newer view", now);
      case "limited":
        return homes.recordFailed(claimed, describeChatFailure(result), now + result.retryAfterMs);
      default: {
        const error = describeChatFailure(result);
        log.warn({ event: "home.failed", userId, error }, "cannot publish App Home; trying again");
        return homes.recordFailed(claimed, error, now + RETRY_MS);
      }
    }
  };
};

const publish = async (deps: RefreshHomeDeps, reads: SharedReads, claimed: HomeRow) =>
  deps.publish(claimed.userId, await gather(deps, reads, claimed), claimed);

interface RefreshHomeDeps {
  homes: HomeStore;
  pending: ReturnType<typeof makePending>;
  waiting: () => Promise<WaitingRequests>;
  health: () => Promise<HealthReport>;
  search: Pick<RequestSearch, "closed" | "votesOn">;
  publish: PublishHome;
  clock: Clock;
  log: Log;
}

interface SharedReads {
  /** The number of the newest audit record before the reads. */
  seq: number;
  at: number;
  waiting: () => Promise<WaitingRequests>;
  health: () => Promise<HealthReport>;
}

/** Makes the function that returns the reads for a view: a flood of changes costs one of each in `SHARE_MS`, for all views. */
function makeSharedReads({ waiting, health, clock }: Pick<RefreshHomeDeps, "waiting" | "health" | "clock">) {
  let shared: SharedReads | null = null;
  /** Reads once; after a failure, the next view reads again. */
  const once = <T>(read: () => Promise<T>) => {
    let result: Promise<T> | null = null;
    return () => {
      result ??= read().catch((error: unknown) => {
        shared = null;
        throw error;
      });
      return result;
    };
  };
  return (headSeq: number): SharedReads => {
    const at = clock.now();
    if (shared !== null && at - shared.at < (shared.seq >= headSeq ? UNCHANGED_MS : SHARE_MS)) return shared;
    shared = { seq: headSeq, at, waiting: once(waiting), health: once(health) };
    return shared;
  };
}

async function gather(
  deps: Pick<RefreshHomeDeps, "pending" | "search">,
  reads: SharedReads,
  { userId, scope, page }: HomeRow,
): Promise<HomeContent> {
  const query = { mine: scope === "mine", limit: HOME_PAGE, page: parseWaitingPage(page) };
  const list = await deps.pending(userId, query, reads.waiting);
  const shown = { scope, list };
  if (list.kind !== "pending") {
    // Recent decisions remain with a person whose last role ended, as long as they are a full member.
    const decisions = list.kind === "refused" && list.isMember ? await readDecisions(deps.search, userId) : [];
    return { ...shown, decisions, health: null };
  }
  const decisions = await readDecisions(deps.search, userId);
  return { ...shown, decisions, health: list.admin ? await reads.health() : null };
}

async function readDecisions(search: RefreshHomeDeps["search"], userId: string): Promise<HomeContent["decisions"]> {
  const closed = await search.closed({
    ...{ before: null, since: null, until: null },
    voters: [userId],
    limit: MAX_DECISIONS,
  });
  const votes = await search.votesOn(closed.map(({ id }) => id));
  return closed.flatMap((request) => {
    const vote = votes.find((each) => each.requestId === request.id && each.userId === userId);
    return vote === undefined ? [] : [{ request, vote }];
  });
}
