import type { RateLimiter } from "../limits/rate-limiter.ts";
import type { SlackApp } from "../workspace/model.ts";
import type { WorkspaceSettings } from "../workspace/settings.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { checkScopes } from "./apps.ts";
import { type ReadCall, text } from "./arguments.ts";
import { authenticate } from "./authenticate.ts";
import { channelBucketKey } from "./channel-access.ts";
import { toDocumentedError } from "./documented-errors.ts";
import { type ApiResponse, type Args, type Call, isRefusal, type Method, type Refusal, refuse } from "./method.ts";

/** The result of a call, before it is sent. */
export interface Outcome {
  response: ApiResponse;
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

/** Runs a method after it has checked the token, the rate limits and the scopes, in this order. */
export async function execute(deps: Deps, name: string, read: ReadCall | Refusal): Promise<Outcome> {
  const method = Object.hasOwn(deps.methods, name) ? deps.methods[name] : undefined;
  const fail = (response: ApiResponse): Outcome => ({ response, status: 200, executed: false, method });
  if (method === undefined) return fail(refuse("unknown_method", { req_method: name }));
  if (isRefusal(read)) return fail(read);
  const app = findCaller(deps.workspace, method, read);
  if (app === undefined) return fail(refuse("invalid_auth"));
  if (isRefusal(app)) return fail(app);
  const wait = deps.limiter.acquire(toRateLimitedCall(deps.workspace, name, method, app, read.args));
  if (wait !== undefined) return { ...fail(refuse("ratelimited")), status: 429, retryAfter: wait, app };
  const missingScope = checkScopes(app, method);
  if (missingScope !== undefined) return { ...fail(missingScope), app };
  const { undocumentedErrors } = deps.workspace.settings;
  const response = withWarnings(await run(name, method, { app, args: read.args }, undocumentedErrors), read.warnings);
  return { response, status: 200, executed: response.ok, app, method };
}

function findCaller(workspace: Workspace, method: Method, read: ReadCall): SlackApp | Refusal | undefined {
  if (method.token === "none") return workspace.apps[0];
  if (method.headerOnly && read.verb === "GET") return refuse("insecure_request");
  if (method.headerOnly && read.tokenInBody) return refuse("invalid_auth");
  return authenticate(workspace.apps, read.token, method);
}

/** Runs a method. An exception is a bug of the stand-in: the caller gets Slack's `fatal_error` with its message. */
async function run(
  name: string,
  method: Method,
  call: Call,
  undocumentedErrors: WorkspaceSettings["undocumentedErrors"],
): Promise<ApiResponse> {
  try {
    const response = await method.run(call);
    return isRefusal(response) ? toDocumentedError(name, response, undocumentedErrors) : response;
  } catch (error) {
    return refuse("fatal_error", { response_metadata: { messages: [`[ERROR] ${String(error)}`] } });
  }
}

/** Adds warnings to a response: Slack reports them in `warning` and in `response_metadata.warnings`. */
function withWarnings(response: ApiResponse, warnings: string[]): ApiResponse {
  if (warnings.length === 0) return response;
  const all = [...(typeof response.warning === "string" ? [response.warning] : []), ...warnings];
  const metadata = { ...(response.response_metadata as object | undefined), warnings: all };
  return { ...response, warning: all.join(","), response_metadata: metadata };
}

const toRateLimitedCall = (workspace: Workspace, name: string, method: Method, app: SlackApp, args: Args) => ({
  owner: method.token === "none" ? "anyone" : app.id,
  method: name,
  tier: workspace.settings.historyLimit === "strict" ? (method.strictTier ?? method.tier) : method.tier,
  channel: channelBucketKey(workspace, text(args, "channel")),
});
