import { type Context, Hono } from "hono";
import type { Faults } from "../../wire/faults.ts";
import { type HonoEnv, hangUp } from "../../wire/http-server.ts";
import type { Journal } from "../../wire/journal.ts";
import { pause, type SessionTimers } from "../../wire/session-timers.ts";
import type { RateLimiter } from "../limits/rate-limiter.ts";
import { decodeArguments, redact } from "../redact.ts";
import type { SlackFault } from "../slack-faults.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { APP_TOKEN_SCOPES } from "./apps.ts";
import { findToken } from "./authenticate.ts";
import { execute } from "./execute.ts";
import { isRefusal, type Method, refuse } from "./method.ts";
import { readCall } from "./read-call.ts";

interface Deps {
  workspace: Workspace;
  methods: Record<string, Method>;
  limiter: RateLimiter;
  faults: Faults<SlackFault>;
  journal: Journal;
  clock: SessionTimers;
}

/** `/api/METHOD`. A refusal is HTTP 200 too; only rate limits and server errors have another status. */
export function apiRoutes(deps: Deps): Hono<HonoEnv> {
  const app = new Hono<HonoEnv>();
  app.on(["GET", "POST"], "/:method", (c) => handle(deps, c, c.req.param("method")));
  return app;
}

async function handle(deps: Deps, c: Context<HonoEnv>, name: string): Promise<Response> {
  const fault = deps.faults.take(name);
  const read = await readCall(c);
  const { args, token } = isRefusal(read) ? { args: {}, token: undefined } : read;
  const owner = token === undefined ? undefined : findToken(deps.workspace.apps, token);
  const record = (executed: boolean, status: number, body: unknown) =>
    deps.journal.record({
      operation: name,
      ...(owner === undefined ? {} : { principal: owner.kind === "bot" ? owner.app.botUserId : owner.app.id }),
      input: redact(decodeArguments(args)),
      executed,
      outcome: { status, body: redact(body), ...(fault === undefined ? {} : { fault: fault.kind }) },
    });

  if (fault?.kind === "refuse") {
    record(false, 0, null);
    return hangUp(c);
  }
  if (fault?.kind === "throttle") {
    const response = refuse("ratelimited");
    record(false, 429, response);
    const retryAfter = fault.omitRetryAfter ? {} : { "retry-after": String(fault.retryAfterSeconds ?? 30) };
    return c.body(JSON.stringify(response), 429, { ...JSON_TYPE, ...retryAfter });
  }
  if (fault?.kind === "delay" && !(await pause(deps.clock, fault.delayMs ?? 0))) return hangUp(c);
  const isError = fault?.kind === "error";
  if (isError && !fault.afterExecution) return respondWithError(fault, (status, body) => record(false, status, body));

  const outcome = await execute(deps, name, read);
  if (fault?.kind === "drop-reply") {
    record(outcome.executed, 0, outcome.response);
    return hangUp(c);
  }
  if (isError) return respondWithError(fault, (status, body) => record(outcome.executed, status, body));
  record(outcome.executed, outcome.status, outcome.response);
  if (outcome.retryAfter !== undefined) c.header("retry-after", String(outcome.retryAfter));
  const { app, method } = outcome;
  if (method !== undefined) c.header("x-accepted-oauth-scopes", (method.accepts ?? method.scopes).join(","));
  if (method !== undefined && app !== undefined && token !== undefined)
    c.header("x-oauth-scopes", (method.token === "app" ? APP_TOKEN_SCOPES : app.scopes).join(","));
  return c.body(JSON.stringify(outcome.response), outcome.status, JSON_TYPE);
}

const JSON_TYPE = { "content-type": "application/json; charset=utf-8" };

/** Responds with the error of a fault: a Slack error with HTTP 200, or another HTTP status. */
function respondWithError(fault: SlackFault, record: (status: number, body: unknown) => void): Response {
  const status = fault.status ?? 200;
  const body = refuse(fault.code ?? "internal_error");
  record(status, body);
  return new Response(JSON.stringify(body), { status, headers: JSON_TYPE });
}
