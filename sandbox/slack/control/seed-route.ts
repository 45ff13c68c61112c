import { readContent } from "../api/message-content.ts";
import { isRefusal } from "../api/method.ts";
import { type ActionError, actionError } from "../interact/access.ts";
import type { Changes } from "../workspace/changes.ts";
import type { Message } from "../workspace/model.ts";
import { newChannel, newGroup, newPerson } from "../workspace/new-records.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { SeedBody } from "./seed-bodies.ts";

interface Deps {
  workspace: Workspace;
  changes: Changes;
}

export type SeedResult = ActionError | { ok: true; messages: { channel: string; ts: string }[] };

/** Adds people, groups, channels and messages to the workspace, or changes them: all of it, or nothing when any is wrong. */
export function seed(deps: Deps, body: SeedBody): SeedResult {
  const wrong = findProblem(deps.workspace, body);
  if (wrong !== undefined) return wrong;
  const { workspace, changes } = deps;
  for (const each of body.people) upsert(workspace.people, each, newPerson(workspace.team.id, each.id));
  for (const each of body.groups) upsert(workspace.groups, each, newGroup(each.id));
  const creator = workspace.apps[0]?.botUserId ?? "";
  for (const each of body.channels) upsert(workspace.channels, each, newChannel(creator, each.id));
  for (const what of ["people", "groups"] as const) if (body[what].length > 0) changes.announce({ what });
  for (const each of body.channels) changes.announce({ what: "channel", channel: each.id });
  return { ok: true, messages: body.messages.map((each) => postSeeded(workspace, each)) };
}

/** What no workspace could hold: somebody in a channel who does not exist, two channels of one name... */
function findProblem(workspace: Workspace, body: SeedBody): ActionError | undefined {
  const people = new Set([...workspace.people.keys(), ...body.people.map((each) => each.id)]);
  const named = [
    ...body.groups.flatMap((each) => each.users ?? []),
    ...body.channels.flatMap((each) => each.members ?? []),
  ];
  const stranger = [...named, ...body.messages.map((each) => each.user)].find((each) => !people.has(each));
  if (stranger !== undefined) return actionError("user_not_found", `There is no person ${stranger}.`);

  const teams = new Set([workspace.team, ...workspace.otherTeams].map((each) => each.id));
  const team = body.people.find((each) => each.teamId !== undefined && !teams.has(each.teamId))?.teamId;
  if (team !== undefined) return actionError("team_not_found", `There is no workspace ${team}.`);

  const names = new Map([...workspace.channels.values()].map((each) => [each.id, each.name]));
  for (const each of body.channels) names.set(each.id, each.name ?? names.get(each.id) ?? each.id.toLowerCase());
  const taken = body.channels.find(({ id }) =>
    [...names].some(([other, name]) => other !== id && name === names.get(id)),
  );
  if (taken !== undefined) return actionError("name_taken", `Another channel has the name of ${taken.id}.`);

  for (const { channel, blocks, metadata, thread_ts: threadTs, text } of body.messages) {
    if (!names.has(channel)) return actionError("channel_not_found", `There is no channel ${channel}.`);
    const content = readContent({ text, blocks, metadata });
    if (isRefusal(content))
      return actionError(content.error, "Slack would not take this message.", { refusal: content });
    const there = workspace.channels.get(channel)?.messages ?? [];
    if (threadTs !== undefined && !there.some((each) => each.ts === threadTs && each.threadTs === undefined)) {
      return actionError("thread_not_found", `There is no message ${threadTs} in ${channel}.`);
    }
  }
  return undefined;
}

/** Lays what was given over what is there, or over a newcomer. */
function upsert<T extends { id: string }>(all: Map<string, T>, given: { id: string }, newcomer: T): void {
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  all.set(given.id, Object.assign(all.get(given.id) ?? newcomer, known));
}

function postSeeded(workspace: Workspace, given: SeedBody["messages"][number]): { channel: string; ts: string } {
  const channel = workspace.channels.get(given.channel);
  const content = readContent({ text: given.text, blocks: given.blocks, metadata: given.metadata });
  if (channel === undefined || isRefusal(content)) throw new Error("A seed that was checked does not fit.");
  const app = workspace.apps.find((each) => each.botUserId === given.user);
  const message: Omit<Message, "ts"> = {
    ...content,
    user: given.user,
    text: given.text,
    threadTs: given.thread_ts,
    ...(app === undefined ? {} : { appId: app.id, botId: app.botId }),
  };
  return { channel: channel.id, ts: workspace.post(channel, message).ts };
}
