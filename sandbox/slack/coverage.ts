/**
 * How much of Slack the stand-in has. A test holds the methods against the ones that are dispatched, and the deliveries
 * against the ones that can be sent, so that this list cannot promise what is not there.
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
  partial(
    "blocks.validate",
    "every problem has the code failed_constraint; `constraint` is given for enumerations only",
  ),
  partial("chat.postMessage", "no unfurling, no user names or icons of the call's own; text is stored as it was sent"),
  partial("chat.postEphemeral", "the message stays; in Slack it goes when the client reloads"),
  partial("chat.update", "as chat.postMessage; file_ids and reply_broadcast are ignored"),
  partial("conversations.list", "group direct messages do not exist"),
  partial("conversations.open", "one person only; several would be a group direct message"),
  partial("conversations.history", "messages alone: no joins, topics and other events of a channel"),
  partial("conversations.replies", "as conversations.history"),
  ...missing("nothing is scheduled or streamed", "chat.scheduleMessage", "chat.startStream", "chat.appendStream"),
  ...missing(
    "the app does not join or change channels",
    "conversations.join",
    "conversations.create",
    "conversations.invite",
  ),
  ...missing("not used by an approval bot", "reactions.add", "pins.add", "files.getUploadURLExternal", "team.info"),
  ...missing("the app is installed already", "oauth.v2.access", "apps.manifest.create"),
];

export const DELIVERIES: CoverageEntry[] = [
  ...supported("block_actions", "view_closed", "slash_commands"),
  partial("view_submission", "response_urls is always empty"),
  partial("events_api", "app_home_opened alone; comes again after 1 s, 1 min and 5 min when not acknowledged"),
  ...missing("no element asks for options", "block_suggestion"),
  ...missing("the app has no shortcuts", "shortcut", "message_action"),
];

export const TRANSPORTS: CoverageEntry[] = [
  ...supported("Socket Mode", "response_url"),
  partial("signed HTTP", "one request URL for interactions, commands and events; no url_verification, no TLS"),
];
