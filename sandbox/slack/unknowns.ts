/** What is not known about the real Slack, what the stand-in does instead, and why that is the safe side. */
export interface Unknown {
  topic: string;
  whatWeAssume: string;
  why: string;
}

export const UNKNOWNS: Unknown[] = [
  {
    topic: "Whether interactions that were not acknowledged come again",
    whatWeAssume: "They do not; a fault can deliver one twice.",
    why: "Slack documents retries for events only. An app must neither wait for a second delivery nor break at one.",
  },
  {
    topic: "How far the rate limits may be exceeded",
    whatWeAssume: "A tier's number is the most that goes through in any sixty seconds.",
    why: "Slack says at least that many. An app that keeps to the number is never refused there.",
  },
  {
    topic: "How short the bursts are that chat.postMessage allows in one channel",
    whatWeAssume: `Three at once, then one a second; three hundred a minute in the workspace.`,
    why: "Slack gives one a second with short bursts and several hundred a minute, without numbers.",
  },
  {
    topic: "The limit of apps.connections.open",
    whatWeAssume: "Twenty a minute.",
    why: "Its page says tier 1, which would keep an app from opening the ten connections that it may hold.",
  },
  {
    topic: "The limit of conversations.history and conversations.replies",
    whatWeAssume: "Tier 3 and pages of up to 999 messages.",
    why: "The lower limit is for apps that are distributed commercially outside of the Marketplace.",
  },
  {
    topic: "What counts towards the 13,200 characters of msg_blocks_too_long",
    whatWeAssume: "Every text that people read in any block, in code points, and no ids, values or URLs.",
    why: "The limit is observed, not documented.",
  },
  {
    topic: "Whether lengths are counted in code points or UTF-16 units",
    whatWeAssume: "Code points.",
    why: "The documentation says characters.",
  },
  {
    topic: "The surfaces of the newest blocks (card, carousel, container, data_table, plan, task_card)",
    whatWeAssume:
      "Messages take all but alert; modals and Home take card, carousel and container; alert is for modals.",
    why: "The reference pages disagree with one another. The older blocks are the safe base.",
  },
  {
    topic: "The longest value of an option",
    whatWeAssume: "75 characters.",
    why: "The types say 75, the reference says 150.",
  },
  {
    topic: "The words of validation messages beyond the ones that were seen",
    whatWeAssume: "The same manner of words and the same JSON pointers.",
    why: "An app should act on the error's code, and show the messages to its operator.",
  },
  {
    topic: "Whether a trigger is used up by a call that fails",
    whatWeAssume: "It is not; it is used up by the call that succeeds.",
    why: "Three seconds leave no room for a second attempt in practice.",
  },
  {
    topic: "What views.open does with a trigger from inside a modal",
    whatWeAssume: "The new modal takes the place of the whole stack.",
    why: "The documentation has views.push and views.update for that.",
  },
  {
    topic: "The body and status of a response URL that is used up or too old",
    whatWeAssume: "HTTP 404 with {ok: false, error: used_url or expired_url}.",
    why: "Seen in reports of others; not documented.",
  },
  {
    topic: "How long the address from apps.connections.open can be used",
    whatWeAssume: "Thirty seconds, once; then the handshake is refused with HTTP 403.",
    why: "Slack says that it is temporary.",
  },
  {
    topic: "Whether an envelope may be acknowledged over another connection",
    whatWeAssume: "It may not.",
    why: "The stricter side: an app must survive a connection that is replaced under it.",
  },
  {
    topic: "Blocks and attachments that chat.update leaves out",
    whatWeAssume: "They stay; an empty list takes them away.",
    why: "An older page of the method says so. An app should always send what it wants to see.",
  },
  {
    topic: "Metadata in conversations.history without include_all_metadata",
    whatWeAssume: "None is given.",
    why: "The stricter side.",
  },
  {
    topic: "usergroups.users.list of a disabled group",
    whatWeAssume: "no_such_subteam unless include_disabled is true.",
    why: "Nobody is made an approver by a group that was switched off.",
  },
  {
    topic: "Whether messages in archived channels can be clicked",
    whatWeAssume: "They cannot.",
    why: "Archived channels are read only.",
  },
  {
    topic: "What a confirmation dialog must have",
    whatWeAssume: "title, text, confirm and deny, all of them plain_text.",
    why: "The reference page says so; the types ask for text alone, and let it be mrkdwn.",
  },
  {
    topic: "How large a message's metadata may be, and what may stand in it",
    whatWeAssume:
      "8,192 bytes of JSON (then metadata_too_large); an event_type of letters, digits and underscores; a payload of scalars, flat objects and lists of flat objects.",
    why: "Slack names the errors without numbers. The shape is that of the types; the documentation calls the payload free-form.",
  },
  {
    topic: "Whether blocks in attachments count with the message's own",
    whatWeAssume: "They do, towards the 50 blocks (invalid_attachments) and the 13,200 characters.",
    why: "The stricter side. Attachments are no way around a limit.",
  },
  {
    topic: "How deep JSON may be nested",
    whatWeAssume: "64 levels; beyond, it is answered as JSON that cannot be read.",
    why: "No block that is described comes near it.",
  },
  {
    topic: "Which addresses a button or a link may open",
    whatWeAssume: "http, https, mailto and slack.",
    why: "The reference says URL. An app should not depend on what other schemes do in somebody's client.",
  },
  {
    topic: "What apps.connections.open answers while Socket Mode is switched off",
    whatWeAssume: "socket_mode_disabled; open connections end with link_disabled, which is documented.",
    why: "Programs of others know that error; the method's page does not list it.",
  },
  {
    topic: "What apps.connections.open answers to a token in the body of the request",
    whatWeAssume: "invalid_auth; to a GET, insecure_request.",
    why: "Its page says that it is an error, and not which; the first was seen by others.",
  },
  {
    topic: "What happens to open connections when the app-level token is revoked",
    whatWeAssume: "They stay until they end; no new one is opened.",
    why: "Not documented. An app sees token_revoked when it connects again.",
  },
  {
    topic: "What people see of an app that was taken out of the workspace",
    whatWeAssume:
      "A click tells them that the app is not there, its commands are unknown and its Home is gone; its response URLs answer as its token does. Revoking the bot token takes the app out.",
    why: "Not documented beyond the token's errors. Nothing may reach the app.",
  },
  {
    topic: "users.lookupByEmail with users:read.email alone",
    whatWeAssume: "missing_scope, with users:read needed.",
    why: "Slack grants the one only together with the other, so that an app should never be there.",
  },
  {
    topic: "What a response URL may do in archived and restricted channels, and in threads",
    whatWeAssume:
      "What chat.postMessage and chat.update may, with their errors and HTTP 400; the app need not be in the channel.",
    why: "Not documented. A way around the Web API's checks would be found here only.",
  },
  {
    topic: "A message whose thread_ts is that of a reply",
    whatWeAssume: "It stands in the thread of that reply.",
    why: "The documentation says to use the first message's.",
  },
  {
    topic: "Which view an empty acknowledgement closes when another was pushed meanwhile with views.push",
    whatWeAssume: "The one on top; the person sees the submitted one again.",
    why: "Seen in reports of others. An app should push with response_action.",
  },
  {
    topic: "How Slack rewrites the text of a message (entities, links)",
    whatWeAssume: "It is kept as it was sent.",
    why: "An app should compare metadata, not texts.",
  },
];
