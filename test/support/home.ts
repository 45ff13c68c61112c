import type { HealthReport } from "../../src/app/admin/health.ts";
import type { InspectedRequest, UnreadLists } from "../../src/app/admin/inspect.ts";
import type { OwnVotes } from "../../src/app/admin/list-waiting.ts";
import type { HomeContent } from "../../src/app/admin/refresh-home.ts";
import type { Unexamined } from "../../src/app/admin/search-waiting.ts";

/** Slack returned every list of people. */
export const NOTHING_UNREAD: UnreadLists = { admins: null, routes: new Map() };

/** The answer examined every waiting request. */
export const EXAMINED: Unexamined = { damaged: new Set(), isCut: false };

/** The content of App Home with a page of requests. */
export function aHome(
  items: InspectedRequest[],
  {
    total = items.length,
    offset = 0,
    voted = { items: [], total: 0 },
    ...more
  }: { total?: number; offset?: number; voted?: OwnVotes } & Partial<Pick<HomeContent, "scope">> = {},
): HomeContent {
  const list = {
    kind: "pending",
    items,
    total,
    voted,
    ...({ offset, direction: "after" } as const),
    admin: false,
    ...{ unread: NOTHING_UNREAD, unexamined: EXAMINED },
  } as const;
  return { scope: "mine", list, decisions: [], health: null, ...more };
}

/** Health with a problem in every subject, and more of them than fit anywhere. */
export function poorHealth(targets: number): HealthReport & { kind: "health" } {
  const error = "AccessDeniedException: ".padEnd(200, "x");
  const effects = (["post", "update", "signal", "publish"] as const).map((kind) => ({
    ...{ kind, due: 3, failing: kind === "publish" ? 0 : 2 },
    lastError: { about: kind, error: error.padEnd(250, "y") },
  }));
  return {
    kind: "health",
    slackConnected: true,
    storeFault: null,
    queue: { status: "failing", lastEventAt: null, error, failingSince: 1 },
    targets: Array.from({ length: targets }, (_, index) => {
      const isFailing = index % 3 === 0;
      const polled = { polledAt: 1, error: isFailing ? error : null, everyMs: 1, unannouncedAt: null };
      return { target: `t/${index}.`, ...polled, stale: isFailing };
    }),
    work: {
      open: 9,
      uncovered: 1,
      damaged: [],
      effects,
      oldestUnpostedAt: 1,
      oldestUnpublishedAt: 1,
      refused: 1,
      oldestStaleAt: 1,
    },
    waiting: Array.from({ length: 40 }, (_, index) => ({
      ...{ account: `${111122220000 + index}`, region: "us-east-1" },
      count: index < 3 ? 95 : 9,
    })),
  };
}
