import { type Kysely, type SqlBool, sql } from "kysely";
import type { ClosedQuery, OnDamaged, RequestSearch } from "../app/ports/request-search.ts";
import { type ApprovalRequest, askedAt } from "../core/request.ts";
import type { ClosedFigures } from "../core/statistics.ts";
import { toWaitingRequest, type WaitingRequest } from "../core/waiting-request.ts";
import type { WholeRows } from "./damaged-rows.ts";
import { letOthersRun } from "./let-others-run.ts";
import { NOT_CLOSED } from "./requests.ts";
import { parseColumn } from "./row-shapes.ts";
import { requestFromRow } from "./rows.ts";
import type { Tables } from "./schema.ts";

/** The condition of a partial index, in the same words: the engines then use it. */
const CLOSED = sql<SqlBool>`requests.state = 'closed'`;

/** The requests that are read and parsed at a time. */
const ROWS_PER_PAGE = 20;

/** Ids in one statement. */
const MAX_IDS = 500;
/** The votes that are searched, or the requests whose votes are, in one statement: it takes a millisecond. */
const MAX_SEARCHED = 200;

/** The character after the hexadecimal digits: ids with a prefix are less than the prefix with it. */
const AFTER_DIGITS = "g";

export function makeRequestSearch(db: Kysely<Tables>, whole: WholeRows): RequestSearch {
  const all = () => db.selectFrom("requests").selectAll("requests");
  const read = async (query: ReturnType<typeof all>, onDamaged?: OnDamaged) =>
    whole.requests(await query.execute(), onDamaged);
  return {
    async waiting(limit, onDamaged) {
      const list = db
        .selectFrom("requests")
        .select("id")
        .where(NOT_CLOSED)
        .orderBy("deadline")
        .orderBy("id")
        .limit(limit);
      const ids = (await list.execute()).map(({ id }) => id);
      const found: WaitingRequest[] = [];
      for (let start = 0; start < ids.length; start += ROWS_PER_PAGE) {
        await letOthersRun();
        const page = ids.slice(start, start + ROWS_PER_PAGE);
        const rows = all().where(NOT_CLOSED).where("id", "in", page).orderBy("deadline").orderBy("id");
        found.push(...(await read(rows, onDamaged)).map(toWaitingRequest));
      }
      return found;
    },

    closed: (query) => readWhole(db, whole, query, (rows) => rows.selectAll("requests").execute(), requestFromRow),

    closedFigures(query) {
      const columns = ["id", "route", "facts", "openedAt", "decidedAt", "closedAt", "outcome"] as const;
      return readWhole(db, whole, query, (rows) => rows.select(columns).execute(), toFigures);
    },

    startingWith: (prefix, limit, onDamaged) =>
      read(
        all()
          .where((where) =>
            where.or([
              where.and([where("id", ">=", prefix), where("id", "<", prefix + AFTER_DIGITS)]),
              where.and([where("executionId", ">=", prefix), where("executionId", "<", prefix + AFTER_DIGITS)]),
            ]),
          )
          .orderBy("openedAt", "desc")
          .orderBy("id")
          .limit(limit),
        onDamaged,
      ),

    async ofMessage(channelId, ts, onDamaged) {
      for (const table of ["messages", "notices"] as const) {
        const [request] = await read(
          all().where("id", "in", (rows) =>
            rows.selectFrom(table).select("requestId").where("channelId", "=", channelId).where("ts", "=", ts),
          ),
          onDamaged,
        );
        if (request !== undefined) return request;
      }
      return null;
    },

    ...makeVoteSearch(db),
  };
}

/** Reads rows until there are as many as the query asks for, without those that cannot be parsed. */
async function readWhole<Row extends Pick<Tables["requests"], "id" | "route" | "closedAt">, Value>(
  db: Kysely<Tables>,
  whole: WholeRows,
  query: ClosedQuery,
  execute: (rows: ReturnType<typeof selectRows>) => Promise<Row[]>,
  parse: (row: Row) => Value,
): Promise<Value[]> {
  const found: Value[] = [];
  for await (const ids of findClosed(db, query)) {
    const rows = await execute(selectRows(db, ids, orderOf(query)));
    const of = ({ id }: Row) => ({ table: "requests", requestId: id }) as const;
    found.push(...whole.parse(rows, parse, of, query.onDamaged));
    if (found.length >= query.limit) return found.slice(0, query.limit);
    await letOthersRun();
  }
  return found;
}

const orderOf = ({ after }: ClosedQuery) => (after === undefined ? "desc" : "asc");

const selectRows = (db: Kysely<Tables>, ids: readonly string[], order: "asc" | "desc") =>
  db.selectFrom("requests").where("id", "in", ids).orderBy("closedAt", order).orderBy("id", order);

/**
 * Finds the ids of closed requests in pages of at most ROWS_PER_PAGE, in their order. If the voters have many votes, the
 * requests are read in the same order, some at a time: a search of all their votes would block the process.
 */
async function* findClosed(db: Kysely<Tables>, { voters, ...query }: ClosedQuery): AsyncGenerator<string[]> {
  if (voters?.length === 0) return;
  const votes = voters === null ? null : selectVoted(db, voters);
  const hasFew = votes !== null && (await votes.limit(MAX_SEARCHED + 1).execute()).length <= MAX_SEARCHED;
  const [people, within] = votes === null || hasFew ? [null, votes] : [new Set(voters), null];
  const limit = people === null ? Math.min(query.limit, ROWS_PER_PAGE) : MAX_SEARCHED;
  for (let part = query; ; await letOthersRun()) {
    const closed = await selectClosed(db, { ...part, limit }, within).execute();
    const last = closed.at(-1);
    if (last === undefined) return;
    const ids = closed.map(({ id }) => id);
    const voted = people === null ? null : await findVoted(db, ids, people);
    const chosen = voted === null ? ids : ids.filter((id) => voted.has(id));
    for (let start = 0; start < chosen.length; start += ROWS_PER_PAGE) yield chosen.slice(start, start + ROWS_PER_PAGE);
    if (closed.length < limit) return;
    const cursor = { closedAt: last.closedAt ?? 0, id: last.id };
    part = query.after === undefined ? { ...query, before: cursor } : { ...query, after: cursor };
  }
}

async function findVoted(db: Kysely<Tables>, ids: string[], people: ReadonlySet<string>): Promise<Set<string>> {
  const votes = await db.selectFrom("votes").select(["requestId", "userId"]).where("requestId", "in", ids).execute();
  return new Set(votes.filter(({ userId }) => people.has(userId)).map(({ requestId }) => requestId));
}

const selectVoted = (db: Kysely<Tables>, voters: readonly string[]) =>
  db
    .selectFrom("votes")
    .select("requestId")
    .where("userId", "in", [...voters]);

/** Selects from indexes alone: rows are large. `within`: only these requests. */
function selectClosed(
  db: Kysely<Tables>,
  { before, after, since, until, limit }: Omit<ClosedQuery, "voters">,
  within: ReturnType<typeof selectVoted> | null,
) {
  const order = after === undefined ? "desc" : "asc";
  let query = db.selectFrom("requests").select(["id", "closedAt"]).where(CLOSED);
  if (before !== null)
    query = query
      .where("closedAt", "<=", before.closedAt)
      .where((where) => where.or([where("closedAt", "<", before.closedAt), where("id", "<", before.id)]));
  if (after !== undefined)
    query = query
      .where("closedAt", ">=", after.closedAt)
      .where((where) => where.or([where("closedAt", ">", after.closedAt), where("id", ">", after.id)]));
  // The range is always there: without one, SQLite would search the ids of votes in the table instead of an index.
  query = query.where("closedAt", ">=", since ?? 0);
  if (within !== null) query = query.where("id", "in", within);
  if (until !== null) query = query.where("closedAt", "<", until);
  return query.orderBy("closedAt", order).orderBy("id", order).limit(limit);
}

function toFigures(
  row: Pick<Tables["requests"], "id" | "route" | "facts" | "openedAt" | "decidedAt" | "closedAt" | "outcome">,
): ClosedFigures {
  const { id, openedAt, decidedAt, closedAt } = row;
  const facts: ApprovalRequest["facts"] = parseColumn("facts", row.facts);
  const outcome: ApprovalRequest["outcome"] = parseColumn("outcome", row.outcome);
  return {
    ...{ id, closedAt: closedAt ?? 0, decidedAt, documentName: facts.documentName },
    askedAt: askedAt({ facts, openedAt }),
    isTimedOut: outcome?.kind === "timed-out",
  };
}

function makeVoteSearch(db: Kysely<Tables>): Pick<RequestSearch, "votesOn" | "voteFigures" | "votedOn" | "voters"> {
  return {
    voteFigures: (requestIds) =>
      inBatches(requestIds, (ids) =>
        db
          .selectFrom("votes")
          .select(["requestId", "userId", "verdict", "authority"])
          .where("requestId", "in", ids)
          .execute(),
      ),

    votesOn: (requestIds) =>
      inBatches(requestIds, (ids) =>
        db.selectFrom("votes").selectAll().where("requestId", "in", ids).orderBy("at").orderBy("userId").execute(),
      ),

    async votedOn(userId, requestIds) {
      const votes = await inBatches(requestIds, (ids) =>
        db.selectFrom("votes").select("requestId").where("userId", "=", userId).where("requestId", "in", ids).execute(),
      );
      return new Set(votes.map(({ requestId }) => requestId));
    },

    voters: () => db.selectFrom("votes").select(["userId", "userName"]).distinct().execute(),
  };
}

async function inBatches<Row>(ids: readonly string[], read: (ids: string[]) => Promise<Row[]>): Promise<Row[]> {
  const rows: Row[] = [];
  for (let start = 0; start < ids.length; start += MAX_IDS) {
    await letOthersRun();
    rows.push(...(await read(ids.slice(start, start + MAX_IDS))));
  }
  return rows;
}
