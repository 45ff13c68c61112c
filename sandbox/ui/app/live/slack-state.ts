/** What the Slack stand-in tells at `/_control/state`, as far as the page uses it. */

export type Json = Record<string, unknown>;

export interface Person {
  id: string;
  teamId: string;
  name: string;
  realName: string;
  title?: string;
  deleted: boolean;
  isBot: boolean;
  isAdmin: boolean;
  isRestricted: boolean;
  isUltraRestricted: boolean;
  tz: string;
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
  thread_ts?: string;
  subtype?: string;
  user: string;
  app_id?: string;
  text: string;
  blocks?: Json[];
  edited?: { ts: string };
  /** Of an ephemeral message: the one person who sees it. */
  onlyFor?: string;
  reply_count?: number;
}

export interface Channel {
  id: string;
  name: string;
  kind: "public" | "private" | "im";
  imUser?: string;
  members: string[];
  archived: boolean;
  extShared: boolean;
  topic: string;
  messages: Message[];
}

export interface PlainText {
  text: string;
}

export interface View {
  id: string;
  hash: string;
  title?: PlainText;
  submit: PlainText | null;
  close: PlainText | null;
  blocks: Json[];
  state: { values: Record<string, Record<string, Json>> };
}

/** What Slack itself tells a person: a warning triangle, a command that failed. */
export interface Notice {
  at: number;
  user: string;
  kind: string;
  text: string;
  channel?: string;
  ts?: string;
}

export interface SlackState {
  now: number;
  team: { id: string; name: string };
  otherTeams: { id: string; name: string }[];
  app: { id: string; name: string; botUserId: string; commands: string[] };
  people: Person[];
  groups: Group[];
  channels: Channel[];
  modals: Record<string, View[]>;
  homes: Record<string, View>;
  notices: Notice[];
  delivery: { links: { id: number }[] };
}
