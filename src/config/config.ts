import type { People, Route } from "../core/policy.ts";
import type { Identities } from "../core/requester.ts";

/** The whole configuration of the bot: checked, complete, and deeply frozen. */
export interface Config {
  readonly slack: SlackConfig;
  readonly database: DatabaseConfig;
  readonly pollIntervalMs: number;
  /** The bus for audit events; null: events are recorded and not published. */
  readonly eventBus: EventBusConfig | null;
  /** The queue of events about waiting steps; null: steps are found by polls only. */
  readonly waitingQueue: WaitingQueueConfig | null;
  /** 0: the operating system chooses a free port. */
  readonly port: number;
  /** Null: the port above also serves readiness and metrics. */
  readonly opsPort: number | null;
  readonly logLevel: LogLevel;
  /** At least one. No two targets have the same Region of the same account. */
  readonly targets: readonly TargetConfig[];
  /** Every Region that the file or a variable names, with its place. */
  readonly namedRegions: readonly NamedRegion[];
  /** At least one, in the order in which routes are tried. */
  readonly routes: readonly Route[];
  /** Globs over names whose values are hidden; compared without case, `_` and `-`. */
  readonly mask: readonly string[];
  readonly admins: People;
  readonly identities: Identities;
  /** The template of links to executions in the AWS console; undefined: the partition's console. */
  readonly consoleUrl?: string | undefined;
  /** How long closed requests are kept, in milliseconds; absent: forever. */
  readonly retention?: number | undefined;
  /** The SHA-256 of the configuration file, in hexadecimal. */
  readonly policyHash: string;
}

export interface SlackConfig {
  readonly botToken: string;
  /** Base URL of the Web API, ending in a slash; null: Slack's own. */
  readonly apiUrl: string | null;
  readonly connection: SlackConnection;
}

/** The way in which Slack reaches the bot. */
export type SlackConnection =
  | { readonly kind: "socket"; readonly appToken: string }
  | { readonly kind: "http"; readonly signingSecret: string };

export type DatabaseConfig =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "postgres"; readonly url: string };

/** The proxy for HTTPS connections to Slack and AWS. */
export interface ProxyConfig {
  /** May hold a user and a password. */
  readonly url: string;
  /** Hosts that are reached directly, as in NO_PROXY; null: none. */
  readonly exceptions: string | null;
}

export interface EventBusConfig {
  /** Name or ARN, as PutEvents accepts it. */
  readonly name: string;
  readonly region: string;
}

export interface WaitingQueueConfig {
  /** The URL as SQS shows it. */
  readonly url: string;
  readonly region: string;
}

/** A Region with its path in the file, or with the name of its variable as the path. */
export interface NamedRegion {
  readonly path: readonly PropertyKey[];
  readonly region: string;
}

/** Regions of one or more AWS accounts. */
export interface TargetConfig {
  readonly name: string;
  /** At least one; undefined: the account of the roles or, without roles, of the bot's own credentials. */
  readonly accounts?: readonly string[] | undefined;
  readonly regions: readonly string[];
  /** A warning at the top of each message about this target. */
  readonly warning?: string | undefined;
  /** The role to assume for reading: its ARN or, with accounts, its name. */
  readonly readRole?: string | undefined;
  /** The role to assume for each person who decided: its ARN or, with accounts, its name. */
  readonly approverRole?: string | undefined;
}

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The form of a Region's code. Only AWS knows whether the Region exists, and AWS adds new ones. */
export const REGION = /^[a-z]{2,5}(-[a-z]+){1,3}-\d{1,2}$/;
export const REGION_FIX = "Write a Region code, such as us-east-1.";
