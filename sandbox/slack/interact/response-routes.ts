import { Hono } from "hono";
import type { Faults } from "../../wire/faults.ts";
import { type HonoEnv, hangUp } from "../../wire/http-server.ts";
import type { Journal } from "../../wire/journal.ts";
import { pause, type SessionTimers } from "../../wire/session-timers.ts";
import { isRefusal, refuse } from "../api/method.ts";
import { isObject } from "../blocks/check.ts";
import { parseJson } from "../json.ts";
import { redact } from "../redact.ts";
import type { SlackFault } from "../slack-faults.ts";
import type { Changes } from "../workspace/changes.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { respond } from "./respond.ts";
import type { ResponseUrls } from "./response-urls.ts";

const OPERATION = "response_url";

/** `/actions/...` and `/commands/...`: response URLs. They need no token, since each URL is secret. */
export function responseRoutes(deps: {
  workspace: Workspace;
  changes: Changes;
  responseUrls: ResponseUrls;
  faults: Faults<SlackFault>;
  journal: Journal;
  clock: SessionTimers;
}): Hono<HonoEnv> {
  const app = new Hono<HonoEnv>();
  app.on("POST", ["/actions/*", "/commands/*"], async (c) => {
    const fault = deps.faults.take(OPERATION);
    const body = readBody(await c.req.text());
    const record = (executed: boolean, status: number, answer: unknown) =>
      deps.journal.record({
        operation: OPERATION,
        input: redact(body),
        executed,
        outcome: { status, body: answer, ...(fault === undefined ? {} : { fault: fault.kind }) },
      });
    if (fault?.kind === "delay" && !(await pause(deps.clock, fault.delayMs ?? 0))) return hangUp(c);
    if (fault?.kind === "refuse") {
      record(false, 0, null);
      return hangUp(c);
    }
    if (fault?.kind === "throttle" || (fault?.kind === "error" && !fault.afterExecution)) {
      const status = fault.kind === "throttle" ? 429 : (fault.status ?? 500);
      const answer = refuse(fault.kind === "throttle" ? "ratelimited" : (fault.code ?? "internal_error"));
      record(false, status, answer);
      return new Response(JSON.stringify(answer), { status, headers: { "content-type": "application/json" } });
    }
    const { status, answer } = execute(deps, c.req.path, body);
    record(status === 200, fault?.kind === "drop-reply" ? 0 : status, answer);
    return fault?.kind === "drop-reply" ? hangUp(c) : c.json(answer, status);
  });
  return app;
}

function execute(
  deps: { workspace: Workspace; changes: Changes; responseUrls: ResponseUrls },
  path: string,
  body: unknown,
): { status: 200 | 400 | 404; answer: object } {
  const target = deps.responseUrls.use(path);
  if (typeof target === "string") return { status: 404, answer: refuse(target) };
  if (!isObject(body)) return { status: 400, answer: refuse("invalid_payload") };
  const answer = respond(deps, target, body);
  return isRefusal(answer) ? { status: 400, answer } : { status: 200, answer };
}

/** JSON, or a form whose `payload` is JSON. */
function readBody(text: string): unknown {
  return parseJson(text.startsWith("payload=") ? (new URLSearchParams(text).get("payload") ?? "") : text)?.value;
}
