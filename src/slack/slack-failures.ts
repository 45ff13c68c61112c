import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from "@slack/web-api";
import type { ChatFailure } from "../app/ports/slack.ts";
import { neverLeft } from "../core/never-left.ts";
import { asText } from "../core/parse-object.ts";
import { withProxy } from "../core/proxy-failure.ts";
import { findProxy } from "./connection/socket-proxy.ts";

/** Error codes that mean "not now", whatever the call. Source: Slack API, errors common to all methods. */
const UNAVAILABLE_CODES: ReadonlySet<string> = new Set(["service_unavailable", "team_added_to_org", "request_timeout"]);

/** The form of every error code of the Web API. */
const SLACK_CODE = /^[a-z][a-z0-9_]*$/;

/** Error codes after which the call may still have taken effect. */
const AMBIGUOUS_CODES: ReadonlySet<string> = new Set(["internal_error", "fatal_error"]);

/** Translates an error of the WebClient into a failure: whether the call took effect, and what to do. */
export function chatFailure(error: unknown): ChatFailure {
  if (error instanceof WebAPIRateLimitedError) return { kind: "limited", retryAfterMs: error.retryAfter * 1000 };
  if (error instanceof WebAPIPlatformError) {
    const code = error.data.error;
    if (code === "ratelimited" || code === "rate_limited")
      return { kind: "limited", retryAfterMs: (error.data.response_metadata?.retryAfter ?? 30) * 1000 };
    // If a reply is not JSON, such as the page of a proxy or an empty body, the client takes its text for an error code.
    if (!SLACK_CODE.test(code)) return { kind: "ambiguous", error: "the reply is not from Slack" };
    if (UNAVAILABLE_CODES.has(code)) return { kind: "unavailable", error: code };
    if (AMBIGUOUS_CODES.has(code)) return { kind: "ambiguous", error: code };
    return { kind: "refused", code, error: platformMessage(error), advice: findAdvice(code) };
  }
  if (error instanceof WebAPIHTTPError) return { kind: "ambiguous", error: `HTTP ${error.statusCode}` };
  if (error instanceof WebAPIRequestError) {
    const code = networkCode(error.original);
    return { kind: neverLeft(networkError(error.original)) ? "unavailable" : "ambiguous", error: code };
  }
  return { kind: "ambiguous", error: error instanceof Error ? error.message : String(error) };
}

/** Returns the reason in one line, for a log or a person. */
export function describeFailure(failure: ChatFailure): string {
  return failure.kind === "limited" ? "ratelimited" : failure.error;
}

function platformMessage(error: WebAPIPlatformError): string {
  const { error: code, response_metadata: metadata } = error.data;
  const needed = "needed" in error.data ? ` (needs ${asText(error.data.needed)})` : "";
  const messages = metadata?.messages?.length ? `: ${metadata.messages.slice(0, 3).join("; ")}` : "";
  return `${code}${needed}${messages}`;
}

/** Returns the error of the network, or one for each address of the host. fetch wraps them as the cause of its error. */
function networkError(error: unknown): unknown {
  let inner: unknown = error;
  for (let depth = 0; depth < 5 && inner instanceof Error && !(inner instanceof AggregateError); depth++) {
    if ("code" in inner && typeof inner.code === "string") return inner;
    inner = inner.cause;
  }
  return inner;
}

function networkCode(error: unknown): string {
  const found = networkError(error);
  const inner: unknown = found instanceof AggregateError ? found.errors[0] : found;
  if (inner instanceof Error && "code" in inner && typeof inner.code === "string")
    return withProxy(inner.code, inner, findProxy());
  return error instanceof Error ? error.name : "unknown";
}

/** Returns what an admin can do about an error of apps.connections.open, which takes the app-level token. */
export function findAppTokenAdvice(code: string): string {
  if (code === "missing_scope" || code === "no_permission")
    return "Generate an app-level token with the scope connections:write, under Basic Information, and set SLACK_APP_TOKEN.";
  const advice = findAdvice(code);
  return advice === INVALID_TOKEN
    ? "The token is no longer valid: generate an app-level token with the scope connections:write, under Basic Information, and set SLACK_APP_TOKEN."
    : advice;
}

const INVALID_TOKEN = "The token is no longer valid: install the app again and set SLACK_BOT_TOKEN.";

const ADD_SCOPE =
  "On the app's page, add the scope under OAuth & Permissions. Then reinstall the app. manifest.yml lists every scope.";

/** Errors of a token that works for no call. Source: Slack API, errors of all methods. */
export const TOKEN_ERRORS: ReadonlySet<string> = new Set([
  "invalid_auth",
  "not_authed",
  "token_revoked",
  "token_expired",
  "account_inactive",
]);

/** Returns what an admin can do about an error. Source: Slack API, errors of chat.postMessage and chat.update. */
export function findAdvice(code: string): string {
  if (TOKEN_ERRORS.has(code)) return INVALID_TOKEN;
  switch (code) {
    case "not_in_channel":
      return "Invite the bot to the channel: /invite @Countersign.";
    case "channel_not_found":
      return "Check the channel's ID in countersign.yml. If the channel is private, invite the bot: /invite @Countersign.";
    case "is_archived":
    case "is_inactive":
      return "The channel is archived: unarchive it or name another one in countersign.yml.";
    case "restricted_action":
    case "restricted_action_read_only_channel":
    case "restricted_action_thread_only_channel":
      return "The workspace lets only some people post there: allow the app in the channel's posting permissions.";
    case "no_permission":
      return `Invite the bot to the channel: /invite @Countersign. If that does not help: ${ADD_SCOPE}`;
    case "missing_scope":
      return ADD_SCOPE;
    case "not_allowed_token_type":
      return "SLACK_BOT_TOKEN must be the bot token (xoxb-) and SLACK_APP_TOKEN the app-level token (xapp-).";
    case "socket_mode_disabled":
      return "Turn on Socket Mode on the app's page, under Socket Mode, as in manifest.yml.";
    case "message_not_found":
    case "cant_update_message":
      return "The message was deleted or cannot be edited. /approvals show has the state of the request.";
    case "edit_window_closed":
      return "The workspace does not let apps edit older messages: allow it in the workspace's settings, under Message Editing. /approvals show has the state of the request.";
    case "plan_upgrade_required":
      return "The workspace's plan has no user groups: in countersign.yml, name people under users, or upgrade the plan.";
    case "messages_tab_disabled":
      return "Turn on the Messages Tab of the app, under App Home, as in manifest.yml.";
    case "user_not_visible":
      return "The app cannot see this person. In countersign.yml, name someone who is a full member of this workspace.";
    case "ekm_access_denied":
      return "The organization's encryption keys (EKM) are not available to Slack: ask the administrators of the organization.";
    case "msg_too_long":
    case "msg_blocks_too_long":
    case "invalid_blocks":
    case "invalid_blocks_format":
      return "This is a defect of Countersign: report it with the request id.";
    case "user_not_in_channel":
      return "The person has left the channel.";
    default:
      return "See the Slack API documentation for this error.";
  }
}
