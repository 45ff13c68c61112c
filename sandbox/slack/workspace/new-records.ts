import type { Channel, Group, Message, Person, SlackApp } from "./model.ts";

/** Makes an active member of the workspace `teamId`, in UTC. */
export function newPerson(teamId: string, id: string, name = id.toLowerCase()): Person {
  return {
    id,
    teamId,
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
    updated: 0,
  };
}

/** Makes an enabled user group without members. */
export const newGroup = (id: string): Group => ({
  id,
  handle: id.toLowerCase(),
  name: id,
  users: [],
  disabled: false,
});

/** Makes an empty public channel without members. */
export const newChannel = (creator: string, id: string): Channel => ({
  id,
  name: id.toLowerCase(),
  kind: "public",
  members: [],
  archived: false,
  extShared: false,
  restricted: false,
  topic: "",
  created: 1_700_000_000,
  creator,
  messages: [],
});

/** Returns the fields that mark a message as posted by the app. */
export const appAuthor = (app: SlackApp): Pick<Message, "user" | "botId" | "appId"> => ({
  user: app.botUserId,
  botId: app.botId,
  appId: app.id,
});
