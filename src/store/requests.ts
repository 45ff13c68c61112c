import { type ExpressionBuilder, type Kysely, type SqlBool, sql } from "kysely";
import type { OnDamaged } from "../app/ports/request-search.ts";
import type { RequestStore } from "../app/ports/store.ts";
import { isDecisionRecorded } from "./audit.ts";
import { readLimited, type WholeRows } from "./damaged-rows.ts";
import { transact } from "./guard.ts";
import { rebindTarget } from "./rebind-target.ts";
import { recordReminded } from "./record-reminded.ts";
import { makeRequestChanges } from "./request-changes.ts";
import { auditFromRow, requestFromRow, toSignerColumn } from "./rows.ts";
import type { Tables } from "./schema.ts";

/** The condition of the partial indexes of requests that are not closed, in the same words: the engines then use them. */
export const NOT_CLOSED = sql<SqlBool>`requests.state <> 'closed'`;

/** Requests with their latest attempt to signal, which has the last error. */
export const REQUESTS_WITH_LATEST_ATTEMPT = sql`requests left join signals on signals.request_id = requests.id
  and signals.attempt = (select max(each.attempt) from signals as each where each.request_id = requests.id)`;

/** Decided requests whose decision AWS has not accepted. */
export const UNSIGNALED = sql<SqlBool>`requests.state = 'decided' and requests.signal in ('due', 'sending', 'ambiguous')`;

/**
 * Requests whose signal is to be verified, and those whose signal did not do what it was sent for: they stay until the step
 * or, for a misdirected signal, the execution ends.
 */
export const UNVERIFIED = sql<SqlBool>`(requests.verification = 'due'
  or (requests.verification = 'no-effect' and requests.state = 'decided')
  or (requests.verification = 'misdirected' and requests.execution_ended_at is null))`;

/** The contradiction between the signal and a read; null if there is none. */
export const CONTRADICTION = sql<string | null>`case requests.verification
  when 'no-effect' then 'AWS accepted the signal, and the step still waits without it. Decide the step in the AWS console.'
  when 'misdirected' then 'The signal did not decide the step of its request. See the message of the request.' end`;

export function makeRequestStore(
  db: Kysely<Tables>,
  publishes: boolean,
  now: () => number,
  whole: WholeRows,
): RequestStore {
  return {
    ...makeRequestChanges(transact(db), publishes, now),
    ...makeRequestQueries(db, whole),

    rebindTarget: (target) => rebindTarget(db, target),

    recordReminded: (reminded) => db.transaction().execute((trx) => recordReminded(trx, reminded)),

    async recordSeenOver(id, seenOverAt) {
      await db
        .updateTable("requests")
        .set({ seenOverAt })
        .where("id", "=", id)
        .where("seenOverAt", "is", null)
        .execute();
    },

    async postponeSignal(id, expectedVersion, signalNextAt) {
      await db
        .updateTable("requests")
        .set({ signalNextAt })
        .where("id", "=", id)
        .where("version", "=", expectedVersion)
        .where("state", "=", "decided")
        .execute();
    },
  };
}

type Queries = Omit<
  RequestStore,
  "open" | "advance" | "rebindTarget" | "postponeSignal" | "recordSeenOver" | "recordReminded"
>;

function makeRequestQueries(db: Kysely<Tables>, whole: WholeRows): Queries {
  const all = () => db.selectFrom("requests").selectAll();
  const read = async (query: ReturnType<typeof all>, onDamaged?: OnDamaged) =>
    whole.requests(await query.execute(), onDamaged);

  return {
    async byId(id, onDamaged) {
      const query = all().where("id", "=", id);
      if (onDamaged !== undefined) return (await read(query, onDamaged))[0] ?? null;
      const row = await query.executeTakeFirst();
      return row === undefined ? null : requestFromRow(row);
    },

    executionsOf: (ids) => db.selectFrom("requests").select(["id", "executionId"]).where("id", "in", ids).execute(),

    ofExecution: ({ account, region }, executionId, onDamaged) =>
      read(
        all()
          .where("account", "=", account)
          .where("region", "=", region)
          .where("executionId", "=", executionId)
          .orderBy("openedAt")
          .orderBy("stepTurn"),
        onDamaged,
      ),

    find(id, onDamaged) {
      const found = all().where((where) => where.or([where("id", "=", id), where("executionId", "=", id)]));
      return read(found.orderBy("openedAt", "desc"), onDamaged);
    },

    inState(states, limit) {
      const found = all()
        .where("state", "in", [...states])
        .orderBy("openedAt");
      return readLimited(limit, (asked) => found.limit(asked).execute(), whole.requests);
    },

    signedByOthers: (target, signer, after, limit) => signedByOthers(db, target, signer, after, limit),

    ...makePartQueries(db, whole),
    ...makeDueQueries(db, whole),
  };
}

/** The requests that wait for a worker. */
function makeDueQueries(
  db: Kysely<Tables>,
  whole: WholeRows,
): Pick<Queries, "dueToRemind" | "dueToSignal" | "dueSignalTargets"> {
  const all = () => db.selectFrom("requests").selectAll();
  return {
    dueToRemind: (at, limit) => {
      const due = all()
        .where(sql<SqlBool>`requests.state = 'open'`)
        .where("nextReminderAt", "<=", at)
        .orderBy("nextReminderAt");
      return readLimited(limit, (asked) => due.limit(asked).execute(), whole.requests);
    },

    dueToSignal: ({ account, region }, at, limit) => {
      const due = all()
        .where(UNSIGNALED)
        .where("account", "=", account)
        .where("region", "=", region)
        .where(isDueSignal(at))
        .orderBy("signalNextAt");
      return readLimited(limit, (asked) => due.limit(asked).execute(), whole.requests);
    },

    dueSignalTargets: (at) =>
      db
        .selectFrom("requests")
        .select(["account", "region"])
        .distinct()
        .where(UNSIGNALED)
        .where(isDueSignal(at))
        .execute(),
  };
}

/** Longer than the longest wait for the next attempt: a time further ahead is from before the clock was set back. */
const MAX_SIGNAL_WAIT_MS = 10 * 60_000;

const isDueSignal = (at: number) => (where: ExpressionBuilder<Tables, "requests">) =>
  where.or([where("signalNextAt", "<=", at), where("signalNextAt", ">", at + MAX_SIGNAL_WAIT_MS)]);

async function signedByOthers(
  db: Kysely<Tables>,
  ...[{ account, region }, signer, after, limit]: Parameters<RequestStore["signedByOthers"]>
): Promise<string[]> {
  const own = toSignerColumn(signer);
  // Not the bare column: SQLite would follow an index of all executions to have them in order.
  const executionId = sql<string>`requests.execution_id || ''`;
  // Two ranges of the index requests_by_signer: a search for what differs would read all rows.
  const range = (side: "<" | ">") =>
    db
      .selectFrom("requests")
      .select(executionId.as("executionId"))
      .where(NOT_CLOSED)
      .where("account", "=", account)
      .where("region", "=", region)
      .where("signer", side, own)
      .where(executionId, ">", after);
  const rows = await range("<").union(range(">")).orderBy("executionId").limit(limit).execute();
  return rows.map((row) => row.executionId);
}

type Parts = "votes" | "emailAt" | "signals" | "signalsOfExecution" | "isDecisionRecorded" | "history";

/** Queries for the votes, the signals and the records of requests. */
function makePartQueries(db: Kysely<Tables>, whole: WholeRows): Pick<Queries, Parts> {
  return {
    isDecisionRecorded: (requestId) => isDecisionRecorded(db, requestId),

    async history(requestId) {
      const rows = await db.selectFrom("audit").selectAll().where("requestId", "=", requestId).orderBy("seq").execute();
      return whole.parse(rows, auditFromRow, () => ({ table: "audit", requestId }));
    },

    votes: (requestId) =>
      db.selectFrom("votes").selectAll().where("requestId", "=", requestId).orderBy("at").orderBy("userId").execute(),

    async emailAt(userId, at) {
      const latest = await db
        .selectFrom("votes")
        .select("email")
        .where("userId", "=", userId)
        .where("at", "<=", at)
        .orderBy("at", "desc")
        .limit(1)
        .executeTakeFirst();
      return latest?.email ?? null;
    },

    signals: (requestId) =>
      db.selectFrom("signals").selectAll().where("requestId", "=", requestId).orderBy("attempt").execute(),

    signalsOfExecution: ({ account, region }, executionId) =>
      db
        .selectFrom("signals")
        .innerJoin("requests", "requests.id", "signals.requestId")
        .selectAll("signals")
        .where("account", "=", account)
        .where("region", "=", region)
        .where("executionId", "=", executionId)
        .orderBy("signals.requestId")
        .orderBy("signals.attempt")
        .execute(),
  };
}
