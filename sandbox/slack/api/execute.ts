import type { RateLimiter } from "../limits/rate-limiter.ts";
import type { SlackApp } from "../workspace/model.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { checkScopes } from "./apps.ts";
import { type ReadCall, text } from "./arguments.ts";
import { authenticate } from "./authenticate.ts";
import { channelBucketKey } from "./channel-access.ts";
import { type Answer, type Args, isRefusal, type Method, type Refusal, refuse } from "./method.ts";

/** What came of a call, before it is written to the wire. */
export interface Outcome {
  answer: Answer;
  status: 200 | 429;
  executed: boolean;
  retryAfter?: number | undefined;
  app?: SlackApp | undefined;
  method?: Method | undefined;
}

interface Deps {
  workspace: Workspace;
  methods: Record<string, Method>;
  limiter: RateLimiter;
}

/** Runs a method for whoever may: token, limits and scopes are looked at in this order. */
export async function execute(deps: Deps, name: string, read: ReadCall | Refusal): Promise<Outcome> {
  const method = Object.hasOwn(deps.methods, name) ? deps.methods[name] : undefined;
  const no = (answer: Answer): Outcome => ({ answer, status: 200, executed: false, method });
  if (method === undefined) return no(refuse("unknown_method", { req_method: name }));
  if (isRefusal(read)) return no(read);
  const app = findCaller(deps.workspace, method, read);
  if (app === undefined) return no(refuse("invalid_auth"));
  if (isRefusal(app)) return no(app);
  const wait = deps.limiter.acquire(toRateLimitedCall(deps.workspace, name, method, app, read.args));
  if (wait !== undefined) return { ...no(refuse("ratelimited")), status: 429, retryAfter: wait, app };
  const unscoped = checkScopes(app, method);
  if (unscoped !== undefined) return { ...no(unscoped), app };
  const answer = withWarnings(await run(method, app, read.args), read.warnings);
  return { answer, status: 200, executed: answer.ok, app, method };
}

function findCaller(workspace: Workspace, method: Method, read: ReadCall): SlackApp | Refusal | undefined {
  if (method.token === "none") return workspace.apps[0];
  if (method.headerOnly && read.verb === "GET") return refuse("insecure_request");
  if (method.headerOnly && read.tokenInBody) return refuse("invalid_auth");
  return authenticate(workspace.apps, read.token, method);
}

/** A method that breaks is the stand-in's own fault; the caller is told as Slack tells it, and what broke. */
async function run(method: Method, app: SlackApp, args: Args): Promise<Answer> {
  try {
    return await method.run({ app, args });
  } catch (error) {
    return refuse("fatal_error", { response_metadata: { messages: [`[ERROR] ${String(error)}`] } });
  }
}

/** Slack names what it did not like though it took it, in `warning` and in the list beside it. */
function withWarnings(answer: Answer, warnings: string[]): Answer {
  if (warnings.length === 0) return answer;
  const all = [...(typeof answer.warning === "string" ? [answer.warning] : []), ...warnings];
  const metadata = { ...(answer.response_metadata as object | undefined), warnings: all };
  return { ...answer, warning: all.join(","), response_metadata: metadata };
}

const toRateLimitedCall = (workspace: Workspace, name: string, method: Method, app: SlackApp, args: Args) => ({
  owner: method.token === "none" ? "anyone" : app.id,
  method: name,
  tier: method.tier,
  channel: channelBucketKey(workspace, text(args, "channel")),
});
