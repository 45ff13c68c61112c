import type { Refusal } from "./method.ts";

/**
 * The errors that Slack's reference lists for each method. A method of the stand-in returns no other one: `execute.ts` checks
 * each refusal. https://docs.slack.dev/reference/methods
 */

/** The errors of every method: of its token, its request, its rate limit and of Slack itself. */
const COMMON_ERRORS: ReadonlySet<string> = new Set([
  ...["access_denied", "account_inactive", "ekm_access_denied", "enterprise_is_restricted", "invalid_auth", "is_bot"],
  ...["missing_scope", "no_permission", "not_allowed_token_type", "not_authed", "org_login_required"],
  ...["team_added_to_org", "token_expired", "token_revoked", "two_factor_setup_required"],
  ...["invalid_arg_name", "invalid_array_arg", "invalid_charset", "invalid_form_data", "invalid_json"],
  ...["invalid_post_type", "json_not_object", "missing_post_type", "request_timeout", "unknown_method"],
  ...["accesslimited", "deprecated_endpoint", "fatal_error", "method_deprecated", "ratelimited", "service_unavailable"],
]);

const channelHistory = ["channel_not_found", "invalid_cursor", "invalid_ts_latest", "invalid_ts_oldest"];
const message = ["channel_not_found", "invalid_blocks", "invalid_blocks_format", "markdown_text_conflict", "no_text"];
const metadata = ["invalid_metadata_format", "invalid_metadata_schema", "metadata_too_large"];
const newMessage = ["cannot_reply_to_message", "is_archived", "messages_tab_disabled", "not_in_channel"];
/** `invalid_arguments` is in the examples of these methods, not in their tables. */
const view = ["duplicate_external_id", "invalid_arguments", "view_too_large"];
const trigger = ["exchanged_trigger_id", "expired_trigger_id", "invalid_trigger_id"];

/** The further errors of each method that its rules can return. */
export const METHOD_ERRORS: Record<string, string[]> = {
  "api.test": [],
  "apps.connections.open": ["forbidden_team", "insecure_request", "internal_error", "missing_args"],
  "auth.teams.list": ["internal_error", "invalid_cursor", "invalid_limit"],
  "auth.test": ["internal_error"],
  "blocks.validate": ["invalid_arguments", "invalid_blocks", "invalid_message", "invalid_view"],
  "bots.info": ["bot_not_found", "missing_argument", "team_not_found"],
  "chat.delete": ["cant_delete_message", "channel_not_found", "message_not_found"],
  "chat.getPermalink": ["channel_not_found", "message_not_found"],
  "chat.postEphemeral": [
    ...[...message, ...newMessage, "invalid_attachments", "msg_too_long", "restricted_action"],
    ...["too_many_attachments", "user_not_in_channel"],
  ],
  "chat.postMessage": [
    ...[...message, ...newMessage, ...metadata, "msg_blocks_too_long", "msg_too_long", "restricted_action"],
    "too_many_attachments",
  ],
  "chat.update": [
    ...[...message, ...metadata, "cant_update_message", "edit_window_closed", "invalid_attachments"],
    ...["is_inactive", "message_not_found", "msg_too_long", "too_many_attachments"],
  ],
  "conversations.history": [...channelHistory, "not_in_channel"],
  "conversations.info": ["channel_not_found"],
  "conversations.list": ["invalid_cursor", "invalid_limit", "invalid_types", "missing_argument"],
  "conversations.members": ["channel_not_found", "fetch_members_failed", "invalid_cursor", "invalid_limit"],
  "conversations.open": [
    ...["channel_not_found", "user_disabled", "user_not_found", "user_not_visible", "users_list_not_supplied"],
  ],
  "conversations.replies": [...channelHistory, "thread_not_found"],
  "usergroups.list": ["invalid_team", "missing_argument", "plan_upgrade_required"],
  "usergroups.users.list": ["no_such_subteam", "plan_upgrade_required"],
  "users.info": ["user_not_found", "user_not_visible"],
  "users.list": ["invalid_cursor", "limit_required", "missing_argument"],
  "users.lookupByEmail": ["users_not_found"],
  "views.open": [...view, ...trigger],
  "views.publish": [...view, "hash_conflict", "not_enabled"],
  "views.push": [...view, ...trigger, "not_found", "push_limit_reached"],
  "views.update": [...view, "hash_conflict", "not_found"],
};

/**
 * Errors that developers report for a method whose reference does not list them, and the listed error that fits. The
 * setting `undocumentedErrors` selects which of the two the method returns.
 */
export const REPORTED_ERRORS: Record<string, Record<string, string>> = {
  "chat.postEphemeral": { msg_blocks_too_long: "msg_too_long", thread_not_found: "cannot_reply_to_message" },
  "chat.postMessage": { invalid_attachments: "invalid_blocks", thread_not_found: "cannot_reply_to_message" },
  "chat.update": { msg_blocks_too_long: "msg_too_long" },
  "conversations.open": { cannot_dm_bot: "user_not_found" },
  "conversations.replies": { not_in_channel: "channel_not_found" },
};

/** Errors without a listed one that fits: `unknowns.ts` says why. */
const UNLISTED_ERRORS: Record<string, string> = { "apps.connections.open": "socket_mode_disabled" };

/** Returns the refusal with an error that the reference lists for the method. Throws for a defect of the stand-in. */
export function toDocumentedError(
  method: string,
  refusal: Refusal,
  undocumentedErrors: "replaced" | "reported",
): Refusal {
  const { error } = refusal;
  const listed = COMMON_ERRORS.has(error) || METHOD_ERRORS[method]?.includes(error);
  if (listed || UNLISTED_ERRORS[method] === error || method === "api.test") return refusal;
  const replacement = REPORTED_ERRORS[method]?.[error];
  if (replacement === undefined) throw new Error(`The stand-in returned ${error}, which ${method} does not have.`);
  return undocumentedErrors === "reported" ? refusal : { ...refusal, error: replacement };
}
