/**
 * Adds the execution to each log line about a request. A request's execution never changes, so its id is read once.
 *
 * States of a request's execution id:
 * - unknown: ends when a row about the request is read from the store, or when the request opens.
 * - known: a log line with the request's id gets it too. Ends when MAX_KNOWN newer ones are known.
 */
import type { Log, LogFields } from "../app/ports/aws.ts";
import type { Store } from "../app/ports/store.ts";

const MAX_KNOWN = 10_000;

interface About {
  requestId?: unknown;
  executionId?: unknown;
}

/** Makes the two wrappers: of the store, which learns the ids, and of the log, which adds them. */
export function makeExecutionIds(): { store(own: Store): Store; log(own: Log): Log } {
  const known = new Map<string, string>();
  const learn = (requestId: string, executionId: string) => {
    known.set(requestId, executionId);
    const [oldest] = known.keys();
    if (known.size > MAX_KNOWN && oldest !== undefined) known.delete(oldest);
  };
  /** Returns the execution id that the fields lack. */
  const missing = ({ requestId, executionId }: About): { executionId?: string } => {
    const found = executionId === undefined ? known.get(String(requestId)) : undefined;
    return found === undefined ? {} : { executionId: found };
  };
  return { store: (own) => learning(own, known, learn), log: (own) => adding(own, missing, {}) };
}

/** Wraps a log. `bound`: the fields of a child whose request was unknown when the child was made. */
function adding(own: Log, missing: (fields: About) => object, bound: About): Log {
  const complete = (fields: LogFields): LogFields => ({ ...missing({ ...bound, ...fields }), ...fields });
  return {
    debug: (fields, message) => own.debug(complete(fields), message),
    info: (fields, message) => own.info(complete(fields), message),
    warn: (fields, message) => own.warn(complete(fields), message),
    error: (fields, message) => own.error(complete(fields), message),
    child(fields) {
      const all = { ...bound, ...fields };
      const found = missing(all);
      return adding(own.child({ ...fields, ...found }), missing, { ...all, ...found });
    },
  };
}

type Rows<Call extends unknown[], Row> = (...call: Call) => Promise<Row[]>;

/** Wraps the reads that workers begin with, so that the rows' executions are known before anything is logged. */
function learning(own: Store, known: ReadonlyMap<string, string>, learn: (request: string, execution: string) => void) {
  const rows =
    <Call extends unknown[], Row extends { requestId: string }>(read: Rows<Call, Row>): Rows<Call, Row> =>
    async (...call) => {
      const found = await read(...call);
      const unknown = [...new Set(found.map(({ requestId }) => requestId))].filter((id) => !known.has(id));
      // A log line without the execution is better than a row without its effect.
      const executions = unknown.length === 0 ? [] : await own.requests.executionsOf(unknown).catch(() => []);
      for (const { id, executionId } of executions) learn(id, executionId);
      return found;
    };
  const byId: Store["requests"]["byId"] = async (id) => {
    const request = await own.requests.byId(id);
    if (request !== null) learn(request.id, request.executionId);
    return request;
  };
  return {
    ...own,
    requests: { ...own.requests, byId },
    clicks: { ...own.clicks, unevaluated: rows(own.clicks.unevaluated), unreplied: rows(own.clicks.unreplied) },
    messages: { ...own.messages, due: rows(own.messages.due) },
    notices: { ...own.notices, due: rows(own.notices.due) },
    recipientLookups: { ...own.recipientLookups, due: rows(own.recipientLookups.due) },
    requesterLookups: { ...own.requesterLookups, due: rows(own.requesterLookups.due) },
  };
}
