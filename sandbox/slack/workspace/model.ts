/**
 * The records of a workspace. The stand-in renders Slack's wire format from them, so that facts (who is a member, who owns a
 * message) are separate from their format.
 */

/** A JSON object with unknown fields. */
export type Json = Record<string, unknown>;

export interface Team {
  id: string;
  domain: string;
  name: string;
}

export interface Person {
  id: string;
  /** The workspace of the person: another one for people from Slack Connect. */
  teamId: string;
  name: string;
  realName: string;
  email?: string | undefined;
  title?: string | undefined;
  deleted: boolean;
  isBot: boolean;
  isAdmin: boolean;
  /** A multi-channel guest. */
  isRestricted: boolean;
  /** A single-channel guest; such a person is `isRestricted` too. */
  isUltraRestricted: boolean;
  /** IANA name; `tzOffset` is in seconds, as in users.info. */
  tz: string;
  tzOffset: number;
  /** When the account was last changed, in seconds. */
  updated: number;
}

export interface Group {
  id: string;
  handle: string;
  name: string;
  users: string[];
  disabled: boolean;
}

export interface Message {
  ts: string;
  threadTs?: string | undefined;
  /** Whether the channel shows this reply too. */
  broadcast?: boolean | undefined;
  user: string;
  /** `appId` and `botId` are present on messages of apps. */
  appId?: string | undefined;
  botId?: string | undefined;
  text: string;
  blocks?: Json[] | undefined;
  attachments?: Json[] | undefined;
  metadata?: Json | undefined;
  edited?: { user: string; ts: string } | undefined;
  /** Whether it was deleted: only its place in the thread remains. */
  isTombstone?: boolean | undefined;
  /** Present on ephemeral messages: the person who sees the message. It is not in the history. */
  onlyFor?: string | undefined;
}

export interface Channel {
  id: string;
  name: string;
  kind: "public" | "private" | "im";
  /** For a direct message: the person in it. */
  imUser?: string | undefined;
  members: string[];
  archived: boolean;
  /** Shared with another workspace through Slack Connect. */
  extShared: boolean;
  /** Whether a workspace preference forbids the app to post. */
  restricted: boolean;
  topic: string;
  /** Seconds since the epoch. */
  created: number;
  creator: string;
  messages: Message[];
  /** Deleted messages whose replies remain, if the workspace shows such messages. */
  tombstones?: Message[];
}

export interface View {
  id: string;
  type: "modal" | "home";
  user: string;
  appId: string;
  hash: string;
  rootId: string;
  previousId: string | null;
  externalId: string;
  callbackId: string;
  privateMetadata: string;
  /** The payload of the modal or Home: title, submit, close, blocks and flags, with generated ids. */
  payload: Json;
  /** The entered values: block_id -> action_id -> value in Slack's format. */
  values: Record<string, Record<string, Json>>;
}

/** Whether a token is valid, or the error that Slack returns for it. */
export type TokenState = "valid" | "token_revoked" | "account_inactive" | "token_expired" | "invalid_auth";

export interface SlackApp {
  id: string;
  name: string;
  botId: string;
  botUserId: string;
  botToken: string;
  /** The app-level token for Socket Mode. */
  appToken: string;
  tokens: { bot: TokenState; app: TokenState };
  signingSecret: string;
  /** The deprecated token in each payload. Real payloads contain it; no app should check it. */
  verificationToken: string;
  scopes: string[];
  /** Slash commands, with the slash. */
  commands: string[];
  /** The manifest's `should_escape`: mentions typed in a command arrive as `<@U...|name>`. */
  shouldEscape: boolean;
  homeEnabled: boolean;
}
