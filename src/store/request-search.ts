import { type Kysely, type SqlBool, sql } from "kysely";
import type { ClosedQuery, OnDamaged, RequestSearch } from "../app/ports/request-search.ts";
import { type ApprovalRequest, askedAt } from "../core/request.ts";
import type { ClosedFigures } from "../core/statistics.ts";
import type { WholeRows } from "./damaged-rows.ts";
import { letOthersRun } from "./let-others-run.ts";
import { NOT_CLOSED } from "./requests.ts";
import { parseColumn } from "./row-shapes.ts";
import { requestFromRow } from "./rows.ts";
import type { Tables } from "./schema.ts";

/** The condition of a partial index, in the same words: the engines then use it. */
const CLOSED = sql<SqlBool>`requests.state = 'closed'`;

/** The requests that are read and parsed at a time. */
const ROWS_PER_PAGE = 50;

/** Ids in one statement. */
const MAX_IDS = 500;

/** The character after the hexadecimal digits: ids with a prefix are less than the prefix with it. */
const AFTER_DIGITS = "g";

export function makeRequestSearch(db: Kysely<Tables>, whole: WholeRows): RequestSearch {
  const all = () => db.selectFrom("requests").selectAll("requests");
  const closed = (query: ClosedQuery) => findClosed(db, query);
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
      const found: ApprovalRequest[] = [];
      for (let start = 0; start < ids.length; start += ROWS_PER_PAGE) {
        await letOthersRun();
        const page = ids.slice(start, start + ROWS_PER_PAGE);
        const rows = all().where(NOT_CLOSED).where("id", "in", page).orderBy("deadline").orderBy("id");
        found.push(...(await read(rows, onDamaged)));
      }
      return found;
    },

    closed: (query) => readWhole(whole, query, (part) => closed(part).selectAll("requests").execute(), requestFromRow),

    closedFigures(query) {
      const columns = ["id", "route", "facts", "openedAt", "decidedAt", "closedAt", "outcome"] as const;
      return readWhole(whole, query, (part) => closed(part).select(columns).execute(), toFigures);
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
  whole: WholeRows,
  query: ClosedQuery,
  execute: (query: ClosedQuery) => Promise<Row[]>,
  parse: (row: Row) => Value,
): Promise<Value[]> {
  const found: Value[] = [];
  for (let part = query; ; ) {
    await letOthersRun();
    const rows = await execute({ ...part, limit: Math.min(query.limit, ROWS_PER_PAGE) });
    const of = ({ id }: Row) => ({ table: "requests", requestId: id }) as const;
    found.push(...whole.parse(rows, parse, of, query.onDamaged));
    const last = rows.at(-1);
    if (last === undefined || rows.length < Math.min(query.limit, ROWS_PER_PAGE) || found.length >= query.limit)
      return found.slice(0, query.limit);
    const cursor = { closedAt: last.closedAt ?? 0, id: last.id };
    part = query.after === undefined ? { ...query, before: cursor } : { ...query, after: cursor };
  }
}

function findClosed(db: Kysely<Tables>, { before, after, since, until, voters, limit }: ClosedQuery) {
  const order = after === undefined ? "desc" : "asc";
  // The inner query needs no column outside of an index: a person's votes can be many, and rows are large.
  let query = db.selectFrom("requests").select("id").where(CLOSED);
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
  if (until !== null) query = query.where("closedAt", "<", until);
  if (voters?.length === 0) query = query.where(sql<SqlBool>`1 = 0`);
  else if (voters !== null)
    query = query.where("id", "in", (votes) =>
      votes
        .selectFrom("votes")
        .select("requestId")
        .where("userId", "in", [...voters]),
    );
  const ids = query.orderBy("closedAt", order).orderBy("id", order).limit(limit);
  const found = db.selectFrom("requests").where("id", "in", db.selectFrom(ids.as("found")).select("found.id"));
  return found.orderBy("closedAt", order).orderBy("id", order);
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
