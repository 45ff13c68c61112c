import type { Tier } from "../limits/tiers.ts";
import type { Json, SlackApp } from "../workspace/model.ts";

/** A call that was refused, with Slack's own name for the reason. */
export interface Refusal {
  ok: false;
  error: string;
  [more: string]: unknown;
}
export type Answer = { ok: true; [more: string]: unknown } | Refusal;

export const refuse = (error: string, more: Json = {}): Refusal => ({ ok: false, error, ...more });
/** Whether a step of a method ended in a refusal, which is then the method's answer. */
export const isRefusal = (value: object): value is Refusal => "ok" in value && value.ok === false;

/** `invalid_arguments` with the lines that say which. */
export const invalidArguments = (...messages: string[]): Refusal =>
  refuse("invalid_arguments", { response_metadata: { messages } });

/** The arguments of a call: strings when they came as a form, any JSON when they came as JSON. */
export type Args = Record<string, unknown>;

export interface Call {
  app: SlackApp;
  args: Args;
}

export interface Method {
  /** Which kind of token opens it; `none`: no token is asked for. */
  token: "bot" | "app" | "none";
  /** Scopes it cannot do without. Methods whose need depends on the kind of channel ask `needScope` themselves. */
  scopes: string[];
  tier: Tier;
  /** Takes POST alone, and its token in the Authorization header alone. */
  headerOnly?: true;
  run(call: Call): Answer | Promise<Answer>;
}

/** Refuses an app that was not granted `scope`, as Slack does: with what is needed and what was provided. */
export function needScope(app: SlackApp, ...scopes: string[]): Refusal | undefined {
  const missing = scopes.filter((scope) => !app.scopes.includes(scope));
  if (missing.length === 0) return undefined;
  return refuse("missing_scope", { needed: missing.join(","), provided: app.scopes.join(",") });
}
