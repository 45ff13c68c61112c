import type { Group, Json, Person, Channel as WorkspaceChannel } from "../../../slack/workspace/model.ts";
import type { Notice } from "../../../slack/workspace/workspace.ts";

/** The fields of `GET /_control/state` of the Slack stand-in that the page uses. */
export type { Group, Json, Notice, Person };

/** A message in Slack's wire format. */
export interface Message {
  ts: string;
  thread_ts?: string;
  subtype?: string;
  user: string;
  app_id?: string;
  text: string;
  blocks?: Json[];
  edited?: { ts: string };
  /** Only on ephemeral messages: the id of the person who sees it. */
  onlyFor?: string;
  reply_count?: number;
}

export type Channel = Omit<WorkspaceChannel, "messages"> & { messages: Message[] };

export interface PlainText {
  text: string;
}

/** A view in Slack's wire format. */
export interface View {
  id: string;
  hash: string;
  title?: PlainText;
  submit: PlainText | null;
  close: PlainText | null;
  blocks: Json[];
  state: { values: Record<string, Record<string, Json>> };
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
