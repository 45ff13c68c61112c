import type { People, Route } from "../core/policy.ts";
import type { Identities } from "../core/requester.ts";

/** All that the bot is told from outside: checked, complete, and frozen however deep. */
export interface Config {
  readonly slack: SlackConfig;
  readonly database: DatabaseConfig;
  readonly pollIntervalMs: number;
  /** Where audit events are published; null: they are only recorded. */
  readonly eventBus: EventBusConfig | null;
  /** 0 lets the system choose a free port. */
  readonly port: number;
  readonly logLevel: LogLevel;
  /** At least one. No Region of one account stands in two of them. */
  readonly targets: readonly TargetConfig[];
  /** At least one, in the order in which they are tried. */
  readonly routes: readonly Route[];
  /** Globs over names of parameters and inputs whose values are hidden; compared without case. */
  readonly mask: readonly string[];
  readonly admins: People;
  readonly identities: Identities;
}

export interface SlackConfig {
  readonly botToken: string;
  /** Base of the Web API, ending in a slash; null: Slack's own. */
  readonly apiUrl: string | null;
  readonly connection: SlackConnection;
}

/** How Slack reaches the bot. */
export type SlackConnection =
  | { readonly kind: "socket"; readonly appToken: string }
  | { readonly kind: "http"; readonly signingSecret: string };

export type DatabaseConfig =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "postgres"; readonly url: string };

export interface EventBusConfig {
  /** Name or ARN, as PutEvents takes it. */
  readonly name: string;
  readonly region: string;
}

/** The Regions of one AWS account: that of its roles or, without any, of the bot's own credentials. */
export interface TargetConfig {
  readonly name: string;
  readonly regions: readonly string[];
  /** ARN of the role that is assumed for reading. */
  readonly readRole?: string | undefined;
  /** ARN of the role that is assumed for each deciding person. */
  readonly approverRole?: string | undefined;
}

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The form of a Region's code. Only AWS knows whether the Region exists, and AWS adds new ones. */
export const REGION = /^[a-z]{2,5}(-[a-z]+){1,3}-\d{1,2}$/;
export const REGION_FIX = "Write a Region's code, such as us-east-1.";
