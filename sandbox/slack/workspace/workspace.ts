import type { Changes } from "./changes.ts";
import { microsFromTs, newId, tsFromMicros } from "./ids.ts";
import type { Channel, Group, Json, Message, Person, SlackApp, Team, View } from "./model.ts";
import { updatePeople } from "./organization.ts";
import type { WorkspaceSettings } from "./settings.ts";
import { bury } from "./tombstones.ts";

/** A notice from Slack itself: the warning at a button, a failed command. */
export interface Notice {
  at: number;
  user: string;
  /** `action_not_acknowledged`, `operation_timeout`, `dispatch_failed`, `view_error`. */
  kind: string;
  text: string;
  channel?: string | undefined;
  ts?: string | undefined;
}

/** The initial records of a workspace. */
export interface Seed {
  team: Team;
  otherTeams: Team[];
  apps: SlackApp[];
  people: Person[];
  groups: Group[];
  channels: Channel[];
}

/** The current workspace: plain collections, and methods for changes with a rule. */
export interface Workspace {
  team: Team;
  otherTeams: Team[];
  apps: SlackApp[];
  people: Map<string, Person>;
  groups: Map<string, Group>;
  channels: Map<string, Channel>;
  /** The open modals of each person, lowest first; at most three. */
  modals: Map<string, View[]>;
  /** The published App Homes, by app and person. */
  homes: Map<string, View>;
  notices: Notice[];
  /** The values that people entered in the elements of a message, by channel, ts and person. */
  enteredValues: Map<string, Record<string, Record<string, Json>>>;
  settings: WorkspaceSettings;
  /** Returns a ts that is later than every message of the channel. */
  nextTs(channel: Channel): string;
  post(channel: Channel, message: Omit<Message, "ts">): Message;
  /** Deletes a message. Its replies remain. */
  remove(channel: Channel, message: Message): void;
  notice(notice: Omit<Notice, "at">): void;
  /** Finds or creates the direct message between an app and a person. */
  directMessage(app: SlackApp, userId: string): { channel: Channel; existed: boolean };
  changeSettings(settings: WorkspaceSettings): void;
  /** Removes the messages that the retention period has ended for. */
  removeExpired(): void;
  /** Restores the seed and the initial settings. */
  reset(): void;
}

export function makeWorkspace(deps: {
  clock: { now(): number };
  changes: Changes;
  seed: (now: number) => Seed;
  settings: WorkspaceSettings;
}): Workspace {
  const lastMicros = new Map<string, number>();
  const fill = () => {
    const seed = deps.seed(deps.clock.now());
    lastMicros.clear();
    return {
      team: seed.team,
      otherTeams: seed.otherTeams,
      apps: seed.apps,
      people: new Map(seed.people.map((each) => [each.id, each])),
      groups: new Map(seed.groups.map((each) => [each.id, each])),
      channels: new Map(seed.channels.map((each) => [each.id, each])),
      modals: new Map<string, View[]>(),
      homes: new Map<string, View>(),
      notices: [] as Notice[],
      enteredValues: new Map<string, Record<string, Record<string, Json>>>(),
      settings: deps.settings,
    };
  };

  const workspace: Workspace = {
    ...fill(),
    nextTs(channel) {
      const micros = Math.max(deps.clock.now() * 1000, (lastMicros.get(channel.id) ?? 0) + 1);
      lastMicros.set(channel.id, micros);
      return tsFromMicros(micros);
    },
    post(channel, message) {
      const posted = { ...message, ts: workspace.nextTs(channel) };
      channel.messages.push(posted);
      deps.changes.announce({ what: "message", channel: channel.id, ts: posted.ts });
      return posted;
    },
    remove(channel, message) {
      channel.messages = channel.messages.filter((each) => each !== message);
      if (workspace.settings.deletedThreads === "tombstone") bury(channel, message);
      deps.changes.announce({ what: "message", channel: channel.id, ts: message.ts });
    },
    notice(notice) {
      workspace.notices.push({ at: deps.clock.now(), ...notice });
      deps.changes.announce({ what: "notice", user: notice.user });
    },
    directMessage(app, userId) {
      const found = [...workspace.channels.values()].find(
        (each) => each.kind === "im" && each.imUser === userId && each.members.includes(app.botUserId),
      );
      if (found !== undefined) return { channel: found, existed: true };
      const channel: Channel = {
        id: newId("D"),
        name: "directmessage",
        kind: "im",
        imUser: userId,
        members: [app.botUserId, userId],
        archived: false,
        extShared: false,
        restricted: false,
        topic: "",
        created: Math.floor(deps.clock.now() / 1000),
        creator: app.botUserId,
        messages: [],
      };
      workspace.channels.set(channel.id, channel);
      deps.changes.announce({ what: "channel", channel: channel.id });
      return { channel, existed: false };
    },
    removeExpired() {
      const { retentionMs } = workspace.settings;
      if (retentionMs === 0) return;
      const expired = (deps.clock.now() - retentionMs) * 1000;
      for (const channel of workspace.channels.values()) {
        const kept = channel.messages.filter((each) => microsFromTs(each.ts) > expired);
        if (kept.length === channel.messages.length) continue;
        channel.messages = kept;
        deps.changes.announce({ what: "channel", channel: channel.id });
      }
    },
    changeSettings(settings) {
      workspace.settings = settings;
      updatePeople(workspace);
      deps.changes.announce({ what: "settings" });
    },
    reset() {
      Object.assign(workspace, fill());
      updatePeople(workspace);
      deps.changes.announce({ what: "reset" });
    },
  };
  updatePeople(workspace);
  return workspace;
}
