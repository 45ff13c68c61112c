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
    topic: "How Slack rewrites the text of a message (entities, links)",
    whatWeAssume: "It is kept as it was sent.",
    why: "An app should compare metadata, not texts.",
  },
];
