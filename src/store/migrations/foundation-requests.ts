import { sql } from "kysely";
import { createIndex, type Db } from "./foundation-table.ts";

/** A turn of a step has one request, no matter under which target name it was found. */
export async function createRequests(db: Db): Promise<void> {
  await db.schema
    .createTable("requests")
    .addColumn("id", "text", (c) => c.primaryKey())
    .addColumn("target", "text", (c) => c.notNull())
    .addColumn("account", "text", (c) => c.notNull())
    .addColumn("region", "text", (c) => c.notNull())
    .addColumn("execution_id", "text", (c) => c.notNull())
    .addColumn("step_execution_id", "text", (c) => c.notNull())
    .addColumn("step_turn", "integer", (c) => c.notNull())
    .addColumn("facts", "text", (c) => c.notNull())
    .addColumn("address_owners", "text", (c) => c.notNull())
    .addColumn("listed_accounts", "text", (c) => c.notNull())
    .addColumn("route", "text")
    .addColumn("version", "integer", (c) => c.notNull())
    .addColumn("state", "text", (c) => c.notNull())
    .addColumn("opened_at", "bigint", (c) => c.notNull())
    .addColumn("deadline", "bigint", (c) => c.notNull())
    .addColumn("requester_key", "text", (c) => c.notNull())
    .addColumn("signer", "text", (c) => c.notNull())
    .addColumn("decision", "text")
    .addColumn("decided_at", "bigint")
    .addColumn("signal", "text", (c) => c.notNull())
    .addColumn("signal_next_at", "bigint")
    .addColumn("verification", "text", (c) => c.notNull())
    .addColumn("reached_step", "text")
    .addColumn("seen_over_at", "bigint")
    .addColumn("aws_approvals", "text")
    .addColumn("aws_decided_by", "text", (c) => c.notNull())
    .addColumn("outcome", "text")
    .addColumn("closed_at", "bigint")
    .addColumn("execution_status", "text", (c) => c.notNull())
    .addColumn("execution_ended_at", "bigint")
    .addColumn("execution_failure", "text")
    .addColumn("failed_step", "text")
    .addColumn("next_reminder_at", "bigint")
    .addUniqueConstraint("requests_step", ["account", "region", "execution_id", "step_execution_id", "step_turn"])
    .execute();
  await createIndex(db, "requests", "requests_by_execution", ["execution_id"]);
  // Every index on a state is partial. On a state as its first column, SQLite without statistics expects few rows of each value,
  // and would read and sort all closed requests for one page of them.
  await sql`create index requests_open on requests (opened_at, id, state, route, decision)
    where requests.state <> 'closed'`.execute(db);
  await sql`create index requests_decided on requests (account, region, signal_next_at)
    where requests.state = 'decided'`.execute(db);
  await sql`create index requests_to_remind on requests (next_reminder_at) where requests.state = 'open'`.execute(db);
  await sql`create index requests_unverified on requests (id) where (requests.verification = 'due'
    or (requests.verification = 'no-effect' and requests.state = 'decided')
    or (requests.verification = 'misdirected' and requests.execution_ended_at is null))`.execute(db);
  // The lists for people: see store/request-search.ts.
  await sql`create index requests_waiting on requests (deadline, id, state)
    where requests.state <> 'closed'`.execute(db);
  await sql`create index requests_closed on requests (closed_at, id) where requests.state = 'closed'`.execute(db);
  await sql`create index requests_closed_ids on requests (id, closed_at, state)
    where requests.state = 'closed'`.execute(db);
  await sql`create index requests_by_signer on requests (account, region, signer, execution_id)
    where requests.state <> 'closed'`.execute(db);
  await createIndex(db, "requests", "requests_by_target", ["account", "region", "target"]);
}

export async function createVotesAndSignals(db: Db): Promise<void> {
  await db.schema
    .createTable("votes")
    .addColumn("request_id", "text", (c) => c.notNull().references("requests.id"))
    .addColumn("user_id", "text", (c) => c.notNull())
    .addColumn("user_name", "text", (c) => c.notNull())
    .addColumn("email", "text")
    .addColumn("session_email", "text")
    .addColumn("verdict", "text", (c) => c.notNull())
    .addColumn("authority", "text", (c) => c.notNull())
    .addColumn("reason", "text")
    .addColumn("at", "bigint", (c) => c.notNull())
    .addPrimaryKeyConstraint("votes_person", ["request_id", "user_id"])
    .execute();
  await createIndex(db, "votes", "votes_by_person", ["user_id", "at", "request_id"]);
  await createIndex(db, "votes", "votes_by_name", ["user_name", "user_id"]);
  await db.schema
    .createTable("signals")
    .addColumn("request_id", "text", (c) => c.notNull().references("requests.id"))
    .addColumn("attempt", "integer", (c) => c.notNull())
    .addColumn("signer_id", "text", (c) => c.notNull())
    .addColumn("session", "text")
    .addColumn("principal", "text")
    .addColumn("policy_hash", "text")
    .addColumn("state", "text", (c) => c.notNull())
    .addColumn("at", "bigint", (c) => c.notNull())
    .addColumn("uncertain_until", "bigint", (c) => c.notNull())
    .addColumn("shown_before", "integer", (c) => c.notNull())
    .addColumn("code", "text")
    .addColumn("error", "text")
    .addPrimaryKeyConstraint("signals_attempt", ["request_id", "attempt"])
    .execute();
}

export async function createRequesterLookups(db: Db): Promise<void> {
  await db.schema
    .createTable("requester_lookups")
    .addColumn("request_id", "text", (c) => c.primaryKey().references("requests.id"))
    .addColumn("attempts", "integer", (c) => c.notNull())
    .addColumn("next_attempt_at", "bigint", (c) => c.notNull())
    .addColumn("last_error", "text")
    .execute();
  await createIndex(db, "requester_lookups", "requester_lookups_due", ["next_attempt_at"]);
}

/** A waiting step for which AWS returns no id has no request. Admins get one notice about it. */
export async function createStepsWithoutId(db: Db): Promise<void> {
  await db.schema
    .createTable("steps_without_id")
    .addColumn("id", "text", (c) => c.primaryKey())
    .addColumn("target", "text", (c) => c.notNull())
    .addColumn("account", "text", (c) => c.notNull())
    .addColumn("region", "text", (c) => c.notNull())
    .addColumn("execution_id", "text", (c) => c.notNull())
    .addColumn("document_name", "text", (c) => c.notNull())
    .addColumn("step_name", "text", (c) => c.notNull())
    .addColumn("console_url", "text")
    .addUniqueConstraint("steps_without_id_step", ["account", "region", "execution_id", "step_name"])
    .execute();
}

export async function createExecutions(db: Db): Promise<void> {
  await db.schema
    .createTable("executions")
    .addColumn("target", "text", (c) => c.notNull())
    .addColumn("execution_id", "text", (c) => c.notNull())
    .addColumn("fingerprint", "text", (c) => c.notNull())
    .addColumn("next_read_at", "bigint", (c) => c.notNull())
    .addColumn("unchanged_reads", "integer", (c) => c.notNull())
    .addColumn("not_found_since", "bigint")
    .addColumn("listed_at", "bigint")
    .addColumn("announced_at", "bigint")
    .addColumn("stale_since", "bigint")
    .addPrimaryKeyConstraint("executions_key", ["target", "execution_id"])
    .execute();
  await createIndex(db, "executions", "executions_due", ["target", "next_read_at"]);
  await createIndex(db, "executions", "executions_due_targets", ["next_read_at", "target"]);
  await sql`create index executions_waiting on executions (target, fingerprint)
    where executions.fingerprint <> 'not waiting'`.execute(db);
  await sql`create index executions_stale on executions (stale_since)
    where executions.stale_since is not null`.execute(db);
}
