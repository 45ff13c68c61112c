import { fit } from "./audit-size.ts";
import { canonicalJson } from "./canonical-json.ts";
import { cut } from "./cut.ts";
import type { Denial } from "./denial.ts";
import type { Descriptions } from "./descriptions.ts";
import type { GateAction } from "./execution.ts";
import { MASK } from "./mask.ts";
import {
  type ApprovalRequest,
  type Authority,
  gateAction,
  type Outcome,
  type RequestedAction,
  type Verdict,
  type Vote,
} from "./request.ts";
import type { Uncovered } from "./uncovered.ts";

/** The request that a record is about: its place in AWS, its runbook and step, and its route. */
export interface RequestContext {
  /** The target's name and Region, as in "production/us-east-1". */
  target: string;
  account: string;
  region: string;
  executionId: string;
  stepExecutionId: string;
  documentName: string;
  stepName: string;
  /** The action of the step. */
  action: GateAction;
  /** Null when no route matched. */
  route: string | null;
}

/** The AWS principal, the people whom `identities` names for it, and its email address. */
interface AuditedRequester {
  principal: string | null;
  userIds: string[];
  email: string | null;
}

/** What an auditor needs to know about a request, at the time of the record. */
export interface AuditContext {
  /** Who started the execution. `parents`: who started its parent executions, the nearest first; absent if it has none. */
  requester: AuditedRequester & { parents?: AuditedRequester[] };
  /** The number of approvals that the route needs; null without a route. */
  quorum: number | null;
  /** Who may decide, by the route; null without one. `channels`: their members may decide too. */
  approvers: { users: string[]; groups: string[]; channels: string[]; selfApproval: boolean } | null;
  /** The SHA-256 of the configuration file and, after it, of the account files that it names, in hexadecimal. */
  policyHash: string;
  /** Every vote that counts. `at` is an ISO 8601 time. */
  votes: (Pick<Vote, "userId" | "email" | "verdict" | "reason" | "authority"> & { name: string; at: string })[];
  /** The addresses of the request's messages in Slack. */
  messageLinks: string[];
}

/** Gathers the context of a record about a request with these votes. `messages`: those of the request, if they are read already. */
export type AuditContextFor = (
  request: ApprovalRequest,
  votes: readonly Vote[],
  messages?: readonly { channelId: string; ts: string | null }[],
) => Promise<AuditContext>;

/** What approvers see of a request, masked and cut. Every message and form shows these facts. */
interface ShownFacts {
  shown: {
    /** The message of the runbook's author; null if there is none. */
    question: string | null;
    /** The descriptions of the step and the runbook; absent if there is a question or no description. */
    descriptions?: Descriptions;
    documentVersion: string | null;
    /** The values of the parameters by name; `(hidden)` for a hidden one. */
    parameters: Record<string, string>;
    /** The executions that started this one, the nearest first; absent if there are none. */
    parents?: { executionId: string; documentName: string; parameters: Record<string, string> }[];
  };
}

/** Present only where an admin decided instead of an approver of the route. */
interface BreakGlass {
  authority?: Exclude<Authority, "approver">;
}

interface SignalDetail {
  decision: Verdict;
  /** The number of this attempt for the request, from 1; 0 before the first. */
  attempt: number;
  /** The approver in whose name this signal goes, where each approver signals: Slack user id and role session name. */
  userId?: string;
  session?: string;
  /** The ARN of the AWS principal that signs, where it is known. */
  principal?: string;
}

/** The signal that a report is about. */
type ReportedSignal = Pick<SignalDetail, "decision" | "attempt">;

interface FailedSignalDetail extends SignalDetail {
  error: string;
}

/**
 * The detail of each kind of record. docs/events.md describes every field. The kinds of EVENT_NAMES are also published
 * as EventBridge events, so their fields are a public contract. A detail is plain JSON and holds no secrets.
 */
export interface AuditDetails {
  /** A step waits for approval, and its request was opened. */
  requested: RequestContext & AuditContext & ShownFacts & { uncovered?: Uncovered };
  /** Enough votes were counted: the request is decided in Slack. */
  decided: RequestContext & AuditContext & ShownFacts & BreakGlass & { decision: Verdict; reason?: string };
  /** The step no longer waits, decided in Slack or elsewhere. */
  closed: RequestContext & AuditContext & { outcome: Outcome; executionStatus?: string };
  /**
   * Slack returned the account that has the requester's address, or the account that the configuration lists with the
   * requester's principal. `userId` is null if no active person has the address, or if the account is deactivated, a bot or gone.
   */
  identified: { email: string | null; listed: string | null; userId: string | null };
  /** A vote counted. `name` is the voter's name in Slack. */
  voted: BreakGlass & { verdict: Verdict; reason?: string; name: string };
  /** A person took back their approval. */
  withdrawn: Record<never, never>;
  /** An earlier approval no longer counts, because its author may no longer decide. */
  "vote-dropped": { userId: string; denial: Denial["kind"] };
  /** A click did not count. */
  denied: BreakGlass & { denial: Denial["kind"]; verdict: RequestedAction };
  /** A signal is about to be sent to AWS. */
  "signal-sending": SignalDetail;
  /** AWS accepted the signal. `awsRequestId`: as in CloudTrail. */
  "signal-accepted": SignalDetail & { awsRequestId?: string };
  /** The reply to the signal was lost or unclear. */
  "signal-ambiguous": FailedSignalDetail;
  /** The signal had no effect. */
  "signal-refused": FailedSignalDetail;
  /** No signal was sent for now. */
  "signal-deferred": Omit<FailedSignalDetail, "principal">;
  /** A read of AWS shows that our signal decided the step, or AWS does not show who decided it. */
  "signal-verified": SignalDetail & { result: "confirmed" | "not-visible" };
  /**
   * AWS accepted the signal, and it decided another step, or another principal decided this one. `reachedStep` is the name
   * of the other step, null if it is not known; `decidedBy` lists the AWS principals that decided the request's own step.
   * Stored records of this kind and the next one from earlier versions have no AuditContext: a reader must not rely on it.
   */
  "signal-misdirected": RequestContext &
    AuditContext &
    ReportedSignal & { reachedStep: string | null; decidedBy: string[] };
  /** AWS accepted the signal, and the step still waits without it. */
  "signal-without-effect": RequestContext & AuditContext & ReportedSignal;
  /** The execution's status or AWS's own count of approvals ([have, needed]) changed. */
  progress: RequestContext & { executionStatus?: string; awsApprovals?: [number, number] };
  /** The execution ended after its step was decided. */
  ended: RequestContext & { executionStatus: string };
}

export type AuditKind = keyof AuditDetails;

/** One fact about a request, before it has its place in the chain. */
export type AuditEntry = {
  [Kind in AuditKind]: {
    requestId: string;
    kind: Kind;
    /** Epoch milliseconds. */
    at: number;
    /** A Slack user id, AWS principals, `countersign` for its own actions, or `unknown`. */
    actor: string;
    detail: AuditDetails[Kind];
  };
}[AuditKind];

/** An entry with its place in the chain: its number, its id and the hash of the record before it. */
export type ChainedEntry = AuditEntry & { seq: number; id: string; previous: string };

/** `hash` covers everything else in the record. */
export type AuditRecord = ChainedEntry & { hash: string };

/** The `previous` of the first record. */
export const FIRST_HASH = "0".repeat(64);

/** A record as it is stored: `detail` is the text of its canonical JSON. */
export type StoredRecord = Omit<AuditRecord, "detail" | "kind"> & { kind: string; detail: string };

/** Returns the text whose SHA-256 is a record's hash: canonical JSON (RFC 8785), so that any program can rebuild it. */
export function chainText(record: ChainedEntry): string {
  return storedChainText({ ...record, detail: canonicalJson(record.detail) });
}

/** Returns the same text for a stored record. It contains the stored detail as it is, so that any change of it shows. */
export function storedChainText(record: Omit<StoredRecord, "hash">): string {
  const { seq, id, requestId, kind, at, actor, detail, previous } = record;
  const json = canonicalJson;
  return (
    `{"actor":${json(actor)},"at":${json(at)},"detail":${detail},"id":${json(id)},"kind":${json(kind)},` +
    `"previous":${json(previous)},"requestId":${json(requestId)},"seq":${json(seq)}}`
  );
}

/** Returns the fields that identify a request, for its records and log lines. */
export function requestContext(request: ApprovalRequest): RequestContext {
  const { target, account, region, executionId, stepExecutionId, route } = request;
  const { documentName, stepName } = request.facts;
  const action = gateAction(request.facts);
  return { target, account, region, executionId, stepExecutionId, documentName, stepName, action, route };
}

const MAX_QUESTION_LENGTH = 3_000;
const MAX_VALUE_LENGTH = 600;
/** The room for parameters: a requester chooses them, and they must not shorten the reasons of approvers. */
const MAX_PARAMETERS_BYTES = 80_000;

/** Returns the facts that approvers see, for the records of the request and of its decision. */
export function toShownFacts({ facts }: ApprovalRequest): ShownFacts {
  const { message, descriptions, documentVersion, parameters, parents } = facts;
  const question = message === null ? null : cut(message, MAX_QUESTION_LENGTH);
  const above = parents?.map(({ executionId, documentName, parameters: each }) => ({
    ...{ executionId, documentName },
    parameters: toShownValues(each),
  }));
  return {
    shown: {
      question,
      ...(descriptions === undefined ? {} : { descriptions }),
      ...{ documentVersion, parameters: toShownValues(parameters) },
      ...(above === undefined ? {} : { parents: above }),
    },
  };
}

function toShownValues(parameters: ApprovalRequest["facts"]["parameters"]): Record<string, string> {
  const values = parameters.map(({ name, masked, values: each }) => [
    name,
    masked ? MASK : cut(each.join(", "), MAX_VALUE_LENGTH),
  ]);
  return fit(Object.fromEntries(values), MAX_PARAMETERS_BYTES);
}

/** The detail-type of each kind that is published on EventBridge. Every other kind is only recorded. */
export const EVENT_NAMES = {
  requested: "Approval Requested",
  decided: "Approval Decided",
  closed: "Approval Closed",
  "signal-misdirected": "Signal Misdirected",
  "signal-without-effect": "Signal Without Effect",
} as const satisfies Partial<Record<AuditKind, string>>;

/** A record that is published. */
export type PublishedRecord = Extract<AuditRecord, { kind: keyof typeof EVENT_NAMES }>;

/** Tells whether a record is published. */
export function isPublished<Entry extends { kind: AuditKind }>(
  entry: Entry,
): entry is Entry & Pick<PublishedRecord, "kind"> {
  return entry.kind in EVENT_NAMES;
}
