/**
 * The interfaces to time, logs and AWS that use cases need. slack.ts and store.ts have those to Slack and the store. Adapters
 * implement them. Expected results are values; only unexpected failures throw. All times are epoch milliseconds.
 */
import type { PublishedRecord } from "../../core/audit-records.ts";
import type { DeclaredDescriptions } from "../../core/descriptions.ts";
import type { ExecutionSummary, ListedExecution, ObservedExecution } from "../../core/execution.ts";
import type { SignalResult } from "../../core/signal-attempt.ts";
import type { SignalOrder } from "../../core/signal-order.ts";
import type { Signer, SignerKind } from "../../core/signers.ts";

export interface Clock {
  now(): number;
  /** Returns the milliseconds since a fixed moment. Unlike `now`, this time is never set. */
  elapsed(): number;
  /** Resolves after `ms`, or as soon as `abort` is aborted. Never rejects. */
  sleep(ms: number, abort?: AbortSignal): Promise<void>;
  /** Resolves in a later turn of the event loop; only one call resolves in each turn. */
  turn(): Promise<void>;
}

/** `event` is stable ("lease.acquired"): operators and tests rely on it, never on the message. */
export interface LogFields {
  event: `${string}.${string}`;
  [field: string]: unknown;
}

export interface Log {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** Makes a log that adds these fields to each of its lines. */
  child(fields: object): Log;
}

/** One AWS account in one Region. */
export interface Target {
  /** Unique: the configured name and the Region. */
  key: string;
  name: string;
  account: string;
  region: string;
  /** The ARN of the role or user that sends signals; absent if unknown. */
  signsAs?: string;
  /** A warning at the top of each message about this target. */
  warning?: string | undefined;
  /** The template of links to executions in the AWS console; absent: the partition's console. */
  consoleUrl?: string | undefined;
}

/** An AWS call without a result. `retry`: the same call may succeed later without a change by an admin. */
export interface AwsFailure {
  kind: "failed";
  /** AWS's error code, Node's, or our own. */
  code: string;
  message: string;
  retry: boolean;
}

/** How an attempt of a call ended. `denied`: by a permission or credentials; `failed`: an error of AWS. */
export type AwsCallResult = "ok" | "refused" | "denied" | "throttled" | "failed" | "unreachable";

/** Is told about each attempt of a call to AWS, and each wait after throttling. */
export interface AwsCalls {
  called(operation: string, result: AwsCallResult): void;
  waited(ms: number): void;
}

/** ARNs of the roles that a target's calls assume; null: the bot's own credentials are used. */
export interface TargetRoles {
  readRole: string | null;
  approverRole: string | null;
}

/** Opens connections to AWS. */
export interface AwsConnector {
  /** Reports whose credentials the bot has. */
  identify(region: string, abort: AbortSignal): Promise<CallerIdentity | AwsFailure>;
  /** Opens the connections of one target. `close` ends them. */
  connect(target: Target, roles: TargetRoles): Automation & { close(): void };
}

export interface CallerIdentity {
  kind: "identity";
  account: string;
  /** The principal as AWS reports it. */
  arn: string;
  /** The time of AWS, from the Date header of the reply, in whole seconds; null if the reply has none. */
  awsTime?: number | null;
}

/**
 * Defaults and allowed values of a runbook's parameters, as lists of texts: a parameter without them has no entry. Also the
 * descriptions in the same version.
 */
export interface DeclaredParameters {
  kind: "read";
  descriptions?: DeclaredDescriptions;
  defaults: Record<string, string[]>;
  allowedValues: Record<string, string[]>;
}

/** `since`: the first of the consecutive failures. */
export type FailedSince = AwsFailure & { since: number };

/** Conditions of AWS for a list of executions; an absent one always holds. */
export interface ExecutionFilter {
  documentPrefix?: string;
  statuses?: string[];
  startedAfter?: number;
}

/**
 * The urgency of a read, while AWS throttles.
 *   signal   the read before a signal: waits for no other call
 *   people   a person waits for the result: waits only for other reads with this priority
 *   routine  waits for all calls before it (default)
 */
export type ReadPriority = "signal" | "people" | "routine";

/** Automation of one target. */
export interface Automation {
  readonly target: Target;
  /** Lists all waiting executions. `onPage` is called for each page of the list: thousands of executions take seconds. */
  listWaiting(
    abort: AbortSignal,
    onPage?: () => void,
  ): Promise<{ kind: "listed"; executions: ListedExecution[] } | AwsFailure>;
  /** Lists executions for a person, the latest first. `hasMore`: AWS has more than were read. */
  listExecutions(
    filter: ExecutionFilter,
    abort: AbortSignal,
  ): Promise<{ kind: "listed"; executions: ExecutionSummary[]; hasMore: boolean } | AwsFailure>;
  /** Reads one execution with all of its steps. */
  read(
    executionId: string,
    abort: AbortSignal,
    priority?: ReadPriority,
  ): Promise<{ kind: "read"; execution: ObservedExecution } | { kind: "not-found" } | AwsFailure>;
  /** Reads the declarations of a runbook's parameters. Never throws. */
  defaults(documentName: string, version: string | null, abort: AbortSignal): Promise<DeclaredParameters | FailedSince>;
  /** Reads the tags of an execution. Never throws. */
  tags(executionId: string, abort: AbortSignal): Promise<{ kind: "read"; tags: Record<string, string> } | FailedSince>;
  /**
   * Adds the executions that started this one, as far as they can be read; an execution without a parent stays as it is.
   * Reads a parent once for each child. Never throws.
   */
  withParents(execution: ObservedExecution, abort: AbortSignal, priority?: ReadPriority): Promise<ObservedExecution>;
  /** The kind of signers that `ready` and `signal` accept. */
  readonly signers: SignerKind;
  /** Makes sure that the signer can act, before anything is read or sent. Nothing is ever sent in another person's name. */
  ready(signer: Signer, abort: AbortSignal): Promise<{ kind: "ready" } | AwsFailure>;
  /** Sends one order, without retries. An order that has not left by `notAfter`, or in the time that remained at the call, is not sent. */
  signal(signer: Signer, executionId: string, order: SignalOrder, notAfter: number): Promise<SignalResult>;
  /** Tells whether signers have the optional permission to stop executions. Never throws. */
  canStop(abort: AbortSignal): Promise<{ kind: "read"; allowed: boolean } | FailedSince>;
}

/** Where audit events go. */
export interface EventBus {
  /** Publishes up to ten records. Returns one result for each record, in the same order. */
  publish(records: readonly PublishedRecord[], abort: AbortSignal): Promise<PublishResult[]>;
}

export type PublishResult =
  | { kind: "published"; eventId: string }
  /** `final` when sending the same entry again cannot help. */
  | { kind: "failed"; code: string; message: string; final: boolean };
