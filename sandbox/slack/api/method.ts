import type { Tier } from "../limits/tiers.ts";
import type { Json, SlackApp } from "../workspace/model.ts";

/** The response to a refused call, with Slack's error code. */
export interface Refusal {
  ok: false;
  error: string;
  [more: string]: unknown;
}
export type ApiResponse = { ok: true; [more: string]: unknown } | Refusal;

export const refuse = (error: string, more: Json = {}): Refusal => ({ ok: false, error, ...more });
/** Whether a step of a method failed; the method then returns that refusal. */
export const isRefusal = (value: object): value is Refusal => "ok" in value && value.ok === false;

/** Refuses with `invalid_arguments` and one message per problem. */
export const invalidArguments = (...messages: string[]): Refusal =>
  refuse("invalid_arguments", { response_metadata: { messages } });

/** The arguments of a call: strings in a form, any values in JSON. */
export type Args = Record<string, unknown>;

export interface Call {
  app: SlackApp;
  args: Args;
}

export interface Method {
  /** The kind of token that the method requires. */
  token: "bot" | "app" | "none";
  /** Required scopes. Methods whose scope depends on the kind of channel call `needScope` themselves. */
  scopes: readonly string[];
  /** The scopes of the header x-accepted-oauth-scopes, if they are not `scopes`. */
  accepts?: readonly string[];
  tier: Tier;
  /** The tier under the setting `historyLimit: strict`. */
  strictTier?: Tier;
  /** Accepts POST only, and the token in the Authorization header only. */
  headerOnly?: true;
  run(call: Call): ApiResponse | Promise<ApiResponse>;
}

/** Refuses an app that lacks a scope, with the missing and the granted scopes. */
export function needScope(app: SlackApp, ...scopes: string[]): Refusal | undefined {
  const missing = scopes.filter((scope) => !app.scopes.includes(scope));
  if (missing.length === 0) return undefined;
  return refuse("missing_scope", { needed: missing.join(","), provided: app.scopes.join(",") });
}
