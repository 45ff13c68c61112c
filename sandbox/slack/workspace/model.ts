/**
 * What a workspace is made of. The stand-in keeps its own shapes and renders Slack's wire shapes from them, so that what
 * is true (who is a member, who owns a message) is kept apart from how Slack says it.
 */

/** A JSON object whose members are not known here. */
export type Json = Record<string, unknown>;

export interface Team {
  id: string;
  domain: string;
  name: string;
}

export interface Person {
  id: string;
  /** The workspace that the person belongs to: another one for people met through Slack Connect. */
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
  /** IANA name and offset in seconds, as users.info says them. */
  tz: string;
  tzOffset: number;
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
  /** A reply that is shown in the channel too. */
  broadcast?: boolean | undefined;
  user: string;
  /** Present on messages of apps. */
  appId?: string | undefined;
  botId?: string | undefined;
  text: string;
  blocks?: Json[] | undefined;
  attachments?: Json[] | undefined;
  metadata?: Json | undefined;
  edited?: { user: string; ts: string } | undefined;
  /** Present on ephemeral messages: the one person who sees it. They are in no history. */
  onlyFor?: string | undefined;
}

export interface Channel {
  id: string;
  name: string;
  kind: "public" | "private" | "im";
  /** Of a direct message: the person the app talks to. */
  imUser?: string | undefined;
  members: string[];
  archived: boolean;
  /** Shared with another workspace through Slack Connect. */
  extShared: boolean;
  /** A workspace preference keeps the app from posting. */
  restricted: boolean;
  topic: string;
  /** Seconds since the epoch. */
  created: number;
  creator: string;
  messages: Message[];
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
  /** The modal's or home's payload: title, submit, close, blocks and flags, with generated ids filled in. */
  payload: Json;
  /** What the person entered: block_id -> action_id -> value in the wire's shape. */
  values: Record<string, Record<string, Json>>;
}

/** What Slack says of a token that is known but no longer good. */
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
  /** The deprecated token in each payload; present since real payloads carry it, checked by nobody. */
  verificationToken: string;
  scopes: string[];
  /** Slash commands with their leading slash. */
  commands: string[];
  /** The manifest's `should_escape`: mentions typed in a command arrive as `<@U...|name>`. */
  shouldEscape: boolean;
  homeEnabled: boolean;
}
