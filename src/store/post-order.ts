import { type Kysely, type SqlBool, sql } from "kysely";
import { letOthersRun } from "./let-others-run.ts";
import { ROWS_PER_PAGE } from "./pending-messages.ts";
import type { Tables } from "./schema.ts";

/** A message that is not posted, with what its place in the order of its channel depends on. */
export interface Unposted {
  id: string;
  channelId: string;
  requestId: string;
  wanted: number;
  requesterKey: string;
  deadline: number;
  openedAt: number;
}

/** Posts in a channel. */
export interface Posts {
  /** The number of posts since the oldest waiting request opened, by requester. */
  counts: ReadonlyMap<string, number>;
  /** When the request of the channel's last post opened; null without any. */
  lastOpenedAt: number | null;
}

/**
 * Returns the messages of one channel in the order in which they are posted. Every second place goes to the oldest request, so
 * that no request waits forever, and the others to those that an approver opened from a digest, then to the most urgent
 * ones by deadline, where everyone who starts executions counts once before anybody counts twice. The posts since the
 * oldest waiting request opened count too, so that a flood does not begin again with each look.
 *
 * A place says nothing about earlier posts. So the channel's last post decides who is next: after a post that was not of
 * the oldest request, the oldest one is. All replicas see the same rows.
 */
export function inFairOrder(unposted: readonly Unposted[], { counts, lastOpenedAt }: Posts): Unposted[] {
  const turns = new Map<Unposted, number>();
  const taken = new Map(counts);
  for (const each of unposted.toSorted((a, b) => byDeadline(a, b))) {
    const turn = (taken.get(each.requesterKey) ?? 0) + 1;
    taken.set(each.requesterKey, turn);
    turns.set(each, turn);
  }
  const turnOf = (each: Unposted) => turns.get(each) ?? 0;
  const byAge = unposted.toSorted((a, b) => a.openedAt - b.openedAt || byDeadline(a, b));
  const byUrgency = unposted.toSorted((a, b) => b.wanted - a.wanted || turnOf(a) - turnOf(b) || byDeadline(a, b));
  const [first] = byAge;
  const isOldestNext = first !== undefined && lastOpenedAt !== null && lastOpenedAt > first.openedAt;
  const lists = isOldestNext ? [byAge, byUrgency] : [byUrgency, byAge];
  return [...new Set(unposted.flatMap((_, index) => lists.flatMap((list) => list[index] ?? [])))];
}

const byDeadline = (a: Unposted, b: Unposted) =>
  a.deadline - b.deadline || a.openedAt - b.openedAt || (a.id < b.id ? -1 : 1);

/**
 * Reads the posts in a channel that decide the order of its waiting messages. Slack's `ts` are seconds, in ten digits, and a
 * fraction, so they compare as texts.
 */
export async function readPosts(db: Kysely<Tables>, channelId: string, firstOpenedAt: number): Promise<Posts> {
  const ofRequest = (column: "requester_key" | "opened_at") =>
    sql`(select ${sql.ref(`requests.${column}`)} from requests where requests.id = messages.request_id)`;
  const posts = () =>
    db.selectFrom("messages").select("ts").where("channelId", "=", channelId).where("ts", "is not", null);
  const last = await posts()
    .select(ofRequest("opened_at").$castTo<number>().as("openedAt"))
    .orderBy("ts", "desc")
    .limit(1)
    .executeTakeFirst();
  const counts = new Map<string, number>();
  for (let from = sql<SqlBool>`ts >= ${String(Math.floor(firstOpenedAt / 1000))}`; ; ) {
    const page = await posts()
      .select(ofRequest("requester_key").$castTo<string>().as("requesterKey"))
      .where(from)
      .orderBy("ts")
      .limit(ROWS_PER_PAGE)
      .execute();
    for (const { requesterKey } of page) counts.set(requesterKey, (counts.get(requesterKey) ?? 0) + 1);
    if (page.length < ROWS_PER_PAGE) return { counts, lastOpenedAt: last?.openedAt ?? null };
    from = sql<SqlBool>`ts > ${page.at(-1)?.ts}`;
    await letOthersRun();
  }
}
