import type { WorkspaceSettings } from "./workspace/settings.ts";

/** A question about the real Slack that neither documentation nor observation answers. */
export interface Unknown {
  topic: string;
  /** The behavior of the stand-in. */
  assumption: string;
  /** Why the assumption is the safe side. */
  reason: string;
  /** The setting in `POST /_control/settings` that changes the assumption. */
  switch?: keyof WorkspaceSettings;
}

/** A documented difference between workspaces, which a setting in `POST /_control/settings` selects. */
export interface Variant {
  switch: keyof WorkspaceSettings;
  /** The default workspace. */
  normally: string;
  /** The other workspaces. */
  alternatives: string;
}

export const VARIANTS: Variant[] = [
  {
    switch: "enterpriseGrid",
    normally: "none: the workspace belongs to no organization.",
    alternatives:
      "workspace: it belongs to an Enterprise Grid organization with two workspaces; people of the other one are in its public channels, and ids may begin with W. organization: the app is also installed in the whole organization; payloads have no team, and methods that act on a workspace need `team_id`.",
  },
  {
    switch: "historyLimit",
    normally: "tier3: conversations.history and conversations.replies are tier 3, with up to 999 and 1,000 messages.",
    alternatives:
      "strict: one call per minute and method, with up to 15 messages, as for apps that are distributed commercially outside the Marketplace.",
  },
  {
    switch: "edits",
    normally: "allowed: an app may edit its messages at any time.",
    alternatives: "edit_window_closed, cant_update_message: chat.update returns this error.",
  },
  {
    switch: "retentionMs",
    normally: "0: messages stay.",
    alternatives:
      "A number of milliseconds, after which a message is gone: from the history, for clicks and for chat.update.",
  },
];

export const UNKNOWNS: Unknown[] = [
  {
    topic: "Whether Slack redelivers interactions that were not acknowledged",
    assumption: "It does not. A fault can deliver an interaction twice.",
    reason: "Slack documents retries for events only. An app must not wait for a second delivery, nor break at one.",
  },
  {
    topic: "By how much a caller may exceed a rate limit",
    assumption: "A tier's number is the maximum for any 60 seconds.",
    reason: "Slack says “at least” that many. An app that stays within the number is never limited by Slack.",
  },
  {
    topic: "The size of the bursts that chat.postMessage allows per channel",
    assumption: "Three messages at once, then one per second; 300 per minute in the workspace.",
    reason: "Slack documents one per second with short bursts, and several hundred per minute, without exact numbers.",
  },
  {
    topic: "The rate limit of apps.connections.open",
    assumption: "20 calls per minute.",
    reason: "Its page says tier 1, which would keep an app from opening the ten connections that it may have.",
  },
  {
    topic: "Errors that developers report, but that the reference does not list for the method",
    assumption:
      "A listed error takes their place: cannot_reply_to_message for thread_not_found, msg_too_long for msg_blocks_too_long of chat.update and chat.postEphemeral, invalid_blocks for invalid_attachments of chat.postMessage, user_not_found for cannot_dm_bot, channel_not_found for not_in_channel of conversations.replies.",
    reason: "An app should work with both: set reported, and the methods return the others.",
    switch: "undocumentedErrors",
  },
  {
    topic: "What remains of a deleted message that has replies",
    assumption: "Nothing: conversations.replies answers thread_not_found, and so does a reply to it.",
    reason:
      "Developers report a message with the subtype tombstone, and cannot_reply_to_message for a reply to it. The reference describes neither. An app should treat both as a deleted message: set tombstone.",
    switch: "deletedThreads",
  },
  {
    topic: "The text of a date token with {ago} whose time is in the future",
    assumption: "The time that is left: “in 4 hours”. The page shows it; no method returns it.",
    reason:
      "Slack documents {ago} by examples in the past. An app that shows the time left should also show the time itself, which stays true if a client shows {ago} in another way.",
  },
  {
    topic: "The team_id of auth.test for an app that is installed in a whole organization",
    assumption: "null, with the organization in enterprise_id.",
    reason: "Other programs handle null and the id of the organization. An app should rely on enterprise_id.",
  },
  {
    topic: "usergroups.users.list without team_id, for an app that is installed in a whole organization",
    assumption: "no_such_subteam.",
    reason: "The reference requires the argument, but lists no error for its absence.",
  },
  {
    topic: "A limit above the maximum in methods without the error invalid_limit",
    assumption: "It counts as the maximum.",
    reason: "The reference names the maximum, and says that fewer items may be returned than requested.",
  },
  {
    topic: "What counts toward the 13,200 characters of msg_blocks_too_long",
    assumption: "Every visible text in any block, in code points. Ids, values and URLs do not count.",
    reason: "The limit was observed; it is not documented.",
  },
  {
    topic: "Whether lengths are counted in code points or in UTF-16 units",
    assumption: "Code points.",
    reason: "The documentation says characters.",
  },
  {
    topic: "The surfaces of the newest blocks (card, carousel, container, data_table, plan, task_card)",
    assumption:
      "Messages accept all but alert; modals and Home accept card, carousel and container; alert is for modals.",
    reason: "The reference pages contradict each other. The older blocks are the safe choice.",
  },
  {
    topic: "The maximum length of an option's value",
    assumption: "75 characters.",
    reason: "The types say 75, the reference says 150.",
  },
  {
    topic: "The text of validation errors that were not observed",
    assumption: "The same style and the same JSON pointers as in the observed ones.",
    reason: "An app should act on the error code and show the text to its operator.",
  },
  {
    topic: "Whether a failed call uses up its trigger",
    assumption: "It does not. Only the successful call uses it up.",
    reason: "Three seconds leave no time for a second attempt in practice.",
  },
  {
    topic: "The effect of views.open with a trigger from inside a modal",
    assumption: "The new modal replaces the whole stack.",
    reason: "The documentation recommends views.push and views.update for that.",
  },
  {
    topic: "What replace_original does in a further answer to a slash command",
    assumption: "Nothing: Slack adds the answer below the first one.",
    reason:
      "Slack documents the replacement for the response URL of a click in a message. Developers report that the response URL of a command posts a new message instead. An answer should be right in both places.",
    switch: "commandAnswers",
  },
  {
    topic: "The response of a response URL that is used up or expired",
    assumption: "HTTP 404 with {ok: false, error: used_url or expired_url}.",
    reason: "Other developers reported it; it is not documented.",
  },
  {
    topic: "The lifetime of the address from apps.connections.open",
    assumption: "30 seconds, for one connection. After that, the handshake fails with HTTP 403.",
    reason: "Slack calls the address temporary.",
  },
  {
    topic: "Whether an app may acknowledge an envelope over another connection",
    assumption: "It may not.",
    reason: "This is the stricter assumption: an app must survive the replacement of a connection.",
  },
  {
    topic: "Blocks and attachments that chat.update omits",
    assumption: "They stay. An empty list removes them.",
    reason: "An older page of the method says so. An app should always send everything that it wants to show.",
  },
  {
    topic: "Metadata in conversations.history without include_all_metadata",
    assumption: "The response contains none.",
    reason: "This is the stricter assumption.",
  },
  {
    topic: "usergroups.users.list for a disabled group",
    assumption: "no_such_subteam unless include_disabled is true.",
    reason: "A disabled group makes no one an approver.",
  },
  {
    topic: "Whether people can click messages in archived channels",
    assumption: "They cannot.",
    reason: "Archived channels are read-only.",
  },
  {
    topic: "The required fields of a confirmation dialog",
    assumption: "title, text, confirm and deny, all of them plain_text.",
    reason: "The reference page says so. The types require only text, and allow mrkdwn for it.",
  },
  {
    topic: "The maximum size and the format of a message's metadata",
    assumption:
      "8,192 bytes of JSON (then metadata_too_large); an event_type of letters, digits and underscores; a payload of scalars, flat objects and lists of flat objects.",
    reason:
      "Slack names the errors without numbers. The format is that of the types; the documentation calls the payload free-form.",
  },
  {
    topic: "Whether blocks in attachments count toward the limits of the message",
    assumption: "They do, for the 50 blocks (invalid_attachments) and for the 13,200 characters.",
    reason: "This is the stricter assumption. Attachments must not be a way around a limit.",
  },
  {
    topic: "The maximum nesting depth of JSON",
    assumption: "64 levels. Deeper JSON gets the response of JSON that cannot be parsed.",
    reason: "No documented block comes close to it.",
  },
  {
    topic: "The URL schemes that a button or link may open",
    assumption: "http, https, mailto and slack.",
    reason: "The reference says URL. An app should not depend on what clients do with other schemes.",
  },
  {
    topic: "The response of apps.connections.open while Socket Mode is disabled",
    assumption: "socket_mode_disabled. Open connections end with link_disabled, which is documented.",
    reason: "Other programs handle that error; the method's page does not list it.",
  },
  {
    topic: "The response of apps.connections.open to a token in the request body",
    assumption: "invalid_auth; to a GET, insecure_request.",
    reason: "Its page says that it is an error, but not which one. Other developers reported the first.",
  },
  {
    topic: "The effect of a revoked app-level token on open connections",
    assumption: "They stay open until they end; no new one can be opened.",
    reason: "Not documented. An app gets token_revoked when it reconnects.",
  },
  {
    topic: "What people see of an app that was removed from the workspace",
    assumption:
      "A click reports that the app is not installed, its commands are unknown, and its Home is empty. Its response URLs return the error of its token. Revoking the bot token removes the app.",
    reason: "Only the errors of the token are documented. Nothing may reach the app.",
  },
  {
    topic: "users.lookupByEmail with only users:read.email",
    assumption: "missing_scope: it needs users:read.",
    reason: "Slack grants users:read.email only together with users:read, so an app should never get there.",
  },
  {
    topic: "What a response URL may do in archived and restricted channels, and in threads",
    assumption:
      "The same as chat.postMessage and chat.update, with their errors and HTTP 400. The app does not have to be in the channel.",
    reason: "Not documented. A way around the checks of the Web API would show up only here.",
  },
  {
    topic: "A message whose thread_ts is the ts of a reply",
    assumption: "It becomes a reply in the same thread.",
    reason: "The documentation says to use the ts of the first message.",
  },
  {
    topic: "The view that an empty acknowledgement closes, if views.push added another view in the meantime",
    assumption: "The top view. The person sees the submitted view again.",
    reason: "Other developers reported it. An app should push with response_action.",
  },
  {
    topic: "How Slack rewrites the text of a message (entities, links)",
    assumption: "It stores the text as sent.",
    reason: "An app should compare metadata, not texts.",
  },
];
