import type { People } from "../../core/policy.ts";
import type { Poll, PollStore } from "../ports/coordination.ts";
import type { Backlog, EffectStore } from "../ports/effect-store.ts";
import type { Directory } from "../ports/slack.ts";

export type HealthReport =
  | {
      kind: "health";
      slackConnected: boolean;
      /** Why the database cannot be written, or is another file; null if it is fine. */
      storeFault: string | null;
      targets: (Poll & { stale: boolean })[];
      /** Null when the database is unreachable: then the state of the targets is unknown too. */
      work: { open: number; uncovered: number; effects: Backlog[] } | null;
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
    isSlackConnected: () => boolean;
    storeFault: () => string | null;
    isStale: (lastPollAt: number | null) => boolean;
  }) =>
  async (userId: string): Promise<HealthReport> => {
    const { directory } = deps;
    const known = await directory.person(userId);
    if (known.kind === "unknown") return known;
    if (known.person.accountStatus !== "member") return { kind: "refused" };
    const admin = await directory.isAmong(deps.admins, userId);
    if (admin.kind === "unknown") return admin;
    if (admin.kind === "not-member") return { kind: "refused" };
    const [slackConnected, storeFault] = [deps.isSlackConnected(), deps.storeFault()];
    try {
      const [polls, work] = await Promise.all([deps.polls.all(), deps.effects.backlog()]);
      const targets = deps.targets.map((target) => {
        const { polledAt = null, error = null } = polls.find((each) => each.target === target) ?? {};
        return { target, polledAt, error, stale: deps.isStale(polledAt) };
      });
      return { kind: "health", slackConnected, storeFault, targets, work };
    } catch {
      return { kind: "health", slackConnected, storeFault, targets: [], work: null };
    }
  };
