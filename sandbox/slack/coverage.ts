/**
 * The parts of Slack that the stand-in supports. A test compares the methods with the dispatched ones, and the deliveries
 * with the ones that can be sent, so this list cannot claim too much.
 */
export interface CoverageEntry {
  name: string;
  state: "supported" | "partial" | "not started";
  note?: string;
}

const supported = (...names: string[]): CoverageEntry[] => names.map((name) => ({ name, state: "supported" }));
const partial = (name: string, note: string): CoverageEntry => ({ name, state: "partial", note });
const missing = (note: string, ...names: string[]): CoverageEntry[] =>
  names.map((name) => ({ name, state: "not started", note }));

export const METHODS: CoverageEntry[] = [
  ...supported(
    "api.test",
    "auth.test",
    "auth.teams.list",
    "apps.connections.open",
    "chat.delete",
    "chat.getPermalink",
    "conversations.info",
    "conversations.members",
    "users.info",
    "users.lookupByEmail",
    "users.list",
    "usergroups.list",
    "usergroups.users.list",
    "views.open",
    "views.publish",
    "views.push",
    "views.update",
    "bots.info",
  ),
  partial("blocks.validate", "every problem has the code failed_constraint; only enumerations have a `constraint`"),
  partial("chat.postMessage", "no unfurling and no custom user names or icons; text is stored as sent"),
  partial("chat.postEphemeral", "the message stays; in Slack it disappears when the client reloads"),
  partial("chat.update", "like chat.postMessage; file_ids and reply_broadcast are ignored"),
  partial("conversations.list", "group direct messages do not exist"),
  partial("conversations.open", "one person only; group direct messages do not exist"),
  partial("conversations.history", "messages only: no joins, topic changes or other channel events"),
  partial("conversations.replies", "like conversations.history"),
  ...missing("no scheduled or streamed messages", "chat.scheduleMessage", "chat.startStream", "chat.appendStream"),
  ...missing(
    "the app does not join or modify channels",
    "conversations.join",
    "conversations.create",
    "conversations.invite",
  ),
  ...missing("not used by an approval bot", "reactions.add", "pins.add", "files.getUploadURLExternal", "team.info"),
  ...missing("the app is already installed", "oauth.v2.access", "apps.manifest.create"),
];

export const DELIVERIES: CoverageEntry[] = [
  ...supported("block_actions", "view_closed", "slash_commands"),
  partial("view_submission", "response_urls is always empty"),
  partial("events_api", "app_home_opened only; redelivered after 1 s, 1 min and 5 min if not acknowledged"),
  ...missing("no element loads options from the app", "block_suggestion"),
  ...missing("the app has no shortcuts", "shortcut", "message_action"),
];

export const TRANSPORTS: CoverageEntry[] = [
  ...supported("Socket Mode", "response_url"),
  partial("signed HTTP", "one request URL for interactions, commands and events; no url_verification, no TLS"),
];
