import type { Channel, Group, Person } from "../workspace/model.ts";
import type { Workspace } from "../workspace/workspace.ts";

/** What a person, a group or a channel is that was made with an id alone. */

export function newPerson(workspace: Pick<Workspace, "team">, id: string, name = id.toLowerCase()): Person {
  return {
    id,
    teamId: workspace.team.id,
    name,
    realName: name,
    email: `${name}@example.com`,
    deleted: false,
    isBot: false,
    isAdmin: false,
    isRestricted: false,
    isUltraRestricted: false,
    tz: "Etc/UTC",
    tzOffset: 0,
  };
}

export const newGroup = (id: string): Group => ({
  id,
  handle: id.toLowerCase(),
  name: id,
  users: [],
  disabled: false,
});

export const newChannel = (workspace: Pick<Workspace, "apps">, id: string): Channel => ({
  id,
  name: id.toLowerCase(),
  kind: "public",
  members: [],
  archived: false,
  extShared: false,
  restricted: false,
  topic: "",
  created: 1_700_000_000,
  creator: workspace.apps[0]?.botUserId ?? "",
  messages: [],
});
