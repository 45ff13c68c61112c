/** `mine`: the requests that wait for this person. `all`: every waiting request that the person may read. */
export type HomeScope = "mine" | "all";

/** App Home of one person who opened it recently. */
export interface HomeRow {
  userId: string;
  scope: HomeScope;
  /** The page, as core/waiting-order.ts writes it; null for the first one. */
  page: string | null;
  openedAt: number;
  /** The number of the newest audit record when the shown view was rendered; -1: it must be rendered again. */
  shownSeq: number;
  /** A hash of the shown view; null if it is unknown. */
  fingerprint: string | null;
  /** Slack's hash of the shown view, by which it recognizes an outdated publication; null if it is unknown. */
  slackHash: string | null;
  /** The next publication; while it is in progress, the end of its claim. */
  nextAttemptAt: number;
  lastError: string | null;
}

/** The views of App Home. Every change of a request writes an audit record, so a view with an older number may be outdated. */
export interface HomeStore {
  /** Records that a person opened App Home or turned its page: it is due now. */
  open(userId: string, at: number, page?: Pick<HomeRow, "scope" | "page">): Promise<void>;
  /** Returns outdated views that are due, of people who opened theirs at `since` or later, with the newest record's number. */
  due(now: number, since: number, limit: number): Promise<(HomeRow & { headSeq: number })[]>;
  /** Claims a view for one publication until then; null if another process has it. */
  claim<Row extends HomeRow>(row: Row, until: number): Promise<Row | null>;
  /** Records the view that Slack shows, unless the person has opened another page since the claim. */
  recordShown(
    claimed: HomeRow,
    shown: Pick<HomeRow, "shownSeq" | "fingerprint" | "slackHash" | "nextAttemptAt">,
  ): Promise<void>;
  /** Records a failed publication. It forgets Slack's hash, so that the next one replaces any view. */
  recordFailed(claimed: HomeRow, error: string, nextAttemptAt: number): Promise<void>;
}
