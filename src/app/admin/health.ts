import type { LookupFailure } from "../../core/person.ts";
import type { People } from "../../core/policy.ts";
import type { Target } from "../ports/aws.ts";
import type { Poll, PollStore } from "../ports/coordination.ts";
import type { Backlog, Damage, EffectStore, Lags } from "../ports/effect-store.ts";
import type { DeletedBatch } from "../ports/retention-store.ts";
import type { Directory } from "../ports/slack.ts";
import type { QueueState } from "../ports/waiting-queue.ts";
import { requireAdmin } from "./require-admin.ts";

export type HealthReport =
  | {
      kind: "health";
      slackConnected: boolean;
      /** Why the database cannot be written, or is another file; null if it is fine. */
      storeFault: string | null;
      targets: (Poll & { stale: boolean })[];
      /** The queue of events, as this replica sees it; null without one. */
      queue?: QueueState | null;
      /** Null when the database is unreachable: then the state of the targets is unknown too. */
      work:
        | ({
            open: number;
            uncovered: number;
            effects: Backlog[];
            /** The request before which retention stops; null if it stops before none. */
            stoppedRetention?: DeletedBatch["keeps"];
          } & Damage &
            Pick<Lags, "oldestUnpostedAt" | "oldestUnpublishedAt" | "refused" | "oldestStaleAt">)
        | null;
      /** The executions that wait in each account and Region. */
      waiting: { account: string; region: string; count: number }[];
    }
  | { kind: "refused" }
  | LookupFailure;

/** Reports the health of the bot to admins. */
export const makeHealthReport = (deps: HealthDeps & { directory: Directory; admins: People }) => {
  const read = makeReadHealth(deps);
  return async (userId: string): Promise<HealthReport> => {
    const admin = await requireAdmin(deps, userId);
    return admin.kind === "admin" ? read() : admin;
  };
};

export interface HealthDeps {
  effects: EffectStore;
  polls: Pick<PollStore, "all">;
  /** All targets of the configuration. */
  targets: readonly string[];
  /** The accounts of the targets that are known. */
  accounts: () => readonly Pick<Target, "key" | "account" | "region">[];
  isSlackConnected: () => boolean;
  storeFault: () => string | null;
  isStale: (lastPollAt: number | null, everyMs: number) => boolean;
  queue?: () => QueueState | null;
  stoppedRetention?: () => Promise<DeletedBatch["keeps"]>;
}

/** Makes the read of the bot's health: Slack, database, targets, and the queues with their last errors. Only admins may see it. */
export const makeReadHealth = (deps: HealthDeps) => async (): Promise<HealthReport> => {
  const [slackConnected, storeFault] = [deps.isSlackConnected(), deps.storeFault()];
  const queue = deps.queue?.() ?? null;
  try {
    const { effects, stoppedRetention: readStop = async () => null } = deps;
    const reads = [deps.polls.all(), effects.backlog(), effects.lags(), readStop()] as const;
    const [polls, backlog, lags, stoppedRetention] = await Promise.all(reads);
    const targets = deps.targets.map((target) => {
      const found = polls.find((each) => each.target === target);
      const { polledAt = null, error = null, everyMs = 0, unannouncedAt = null } = found ?? {};
      return { target, polledAt, error, everyMs, unannouncedAt, stale: deps.isStale(polledAt, everyMs) };
    });
    const waiting = deps.accounts().map(({ key, account, region }) => {
      const own = lags.waiting.find(({ target }) => target === key);
      return { account, region, count: own?.count ?? 0 };
    });
    const work = { ...backlog, ...lags, stoppedRetention };
    return { kind: "health", slackConnected, storeFault, queue, targets, work, waiting };
  } catch {
    return { kind: "health", slackConnected, storeFault, queue, targets: [], work: null, waiting: [] };
  }
};
