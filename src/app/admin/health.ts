import type { People } from "../../core/policy.ts";
import type { Target } from "../ports/aws.ts";
import type { Poll, PollStore } from "../ports/coordination.ts";
import type { Backlog, EffectStore, Lags } from "../ports/effect-store.ts";
import type { Directory } from "../ports/slack.ts";
import { requireAdmin } from "./require-admin.ts";

export type HealthReport =
  | {
      kind: "health";
      slackConnected: boolean;
      /** Why the database cannot be written, or is another file; null if it is fine. */
      storeFault: string | null;
      targets: (Poll & { stale: boolean })[];
      /** Null when the database is unreachable: then the state of the targets is unknown too. */
      work:
        | ({ open: number; uncovered: number; effects: Backlog[] } & Pick<
            Lags,
            "oldestUnpostedAt" | "oldestUnpublishedAt"
          >)
        | null;
      /** The executions that wait in each account and Region. */
      waiting: { account: string; region: string; count: number }[];
    }
  | { kind: "refused" }
  | { kind: "unknown"; error: string };

/** Reports the health of the bot to admins: Slack, database, targets, and the queues with their last errors. */
export const makeHealthReport =
  (deps: {
    directory: Directory;
    admins: People;
    effects: EffectStore;
    polls: Pick<PollStore, "all">;
    /** All targets of the configuration. */
    targets: readonly string[];
    /** The accounts of the targets that are known. */
    accounts: () => readonly Pick<Target, "key" | "account" | "region">[];
    isSlackConnected: () => boolean;
    storeFault: () => string | null;
    isStale: (lastPollAt: number | null) => boolean;
  }) =>
  async (userId: string): Promise<HealthReport> => {
    const admin = await requireAdmin(deps, userId);
    if (admin.kind !== "admin") return admin;
    const [slackConnected, storeFault] = [deps.isSlackConnected(), deps.storeFault()];
    try {
      const [polls, backlog, lags] = await Promise.all([deps.polls.all(), deps.effects.backlog(), deps.effects.lags()]);
      const targets = deps.targets.map((target) => {
        const { polledAt = null, error = null } = polls.find((each) => each.target === target) ?? {};
        return { target, polledAt, error, stale: deps.isStale(polledAt) };
      });
      const waiting = deps.accounts().map(({ key, account, region }) => {
        const own = lags.waiting.find(({ target }) => target === key);
        return { account, region, count: own?.count ?? 0 };
      });
      return { kind: "health", slackConnected, storeFault, targets, work: { ...backlog, ...lags }, waiting };
    } catch {
      return { kind: "health", slackConnected, storeFault, targets: [], work: null, waiting: [] };
    }
  };
