import { type Statistics, summarize } from "../../core/statistics.ts";
import type { Clock } from "../ports/aws.ts";
import type { RequestSearch } from "../ports/request-search.ts";
import type { AccessRefusal } from "./inspect.ts";
import { readClosed } from "./read-closed.ts";
import { type AdminDeps, requireAdmin } from "./require-admin.ts";

export type StatsResult =
  /** `isCut`: there are older requests since then that were not counted. */
  | {
      kind: "stats";
      since: number;
      isCut: boolean;
      statistics: Statistics;
      /** Requests that are not counted because their rows are damaged. */
      damaged: ReadonlySet<string>;
    }
  | AccessRefusal;

/** The default period. */
const PERIOD_MS = 30 * 86_400_000;
/** More requests are not counted. */
const MAX_COUNTED = 20_000;

/** Adds up the requests that closed since a time, for admins. */
export const makeStats =
  (deps: AdminDeps & { search: Pick<RequestSearch, "closedFigures" | "voteFigures">; clock: Pick<Clock, "now"> }) =>
  async (userId: string, { since = deps.clock.now() - PERIOD_MS }: { since?: number }): Promise<StatsResult> => {
    const admin = await requireAdmin(deps, userId);
    if (admin.kind !== "admin") return admin;
    const requests = [];
    const damaged = new Set<string>();
    let isCut = false;
    for await (const batch of readClosed(deps.search.closedFigures, {
      before: null,
      since,
      until: null,
      voters: null,
      onDamaged: ({ id }) => damaged.add(id),
    })) {
      requests.push(...batch);
      isCut = requests.length >= MAX_COUNTED;
      if (isCut) break;
    }
    const votes = await deps.search.voteFigures(requests.map(({ id }) => id));
    return { kind: "stats", since, isCut, statistics: summarize(requests, votes), damaged };
  };
