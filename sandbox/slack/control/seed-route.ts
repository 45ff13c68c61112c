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
  clock: { now(): number };
}

export type SeedResult = ActionError | { ok: true; messages: { channel: string; ts: string }[] };

/** Adds or updates people, groups, channels and messages. Changes nothing if any record is invalid. */
export function seed(deps: Deps, body: SeedBody): SeedResult {
  const problem = findProblem(deps.workspace, body);
  if (problem !== undefined) return problem;
  const { workspace, changes } = deps;
  const updated = Math.floor(deps.clock.now() / 1000);
  const people = body.people.map((each) => ({ ...each, updated }));
  for (const each of people) upsert(workspace.people, each, newPerson(workspace.team.id, each.id));
  for (const each of body.groups) upsert(workspace.groups, each, newGroup(each.id));
  const creator = workspace.apps[0]?.botUserId ?? "";
  for (const each of body.channels) upsert(workspace.channels, each, newChannel(creator, each.id));
  for (const what of ["people", "groups"] as const) if (body[what].length > 0) changes.announce({ what });
  for (const each of body.channels) changes.announce({ what: "channel", channel: each.id });
  return { ok: true, messages: body.messages.map((each) => postSeeded(workspace, each)) };
}

/** Finds a record that no workspace could have: an unknown channel member, two channels with one name... */
function findProblem(workspace: Workspace, body: SeedBody): ActionError | undefined {
  const people = new Set([...workspace.people.keys(), ...body.people.map((each) => each.id)]);
  const users = [
    ...body.groups.flatMap((each) => each.users ?? []),
    ...body.channels.flatMap((each) => each.members ?? []),
  ];
  const unknownUser = [...users, ...body.messages.map((each) => each.user)].find((each) => !people.has(each));
  if (unknownUser !== undefined) return actionError("user_not_found", `There is no person ${unknownUser}.`);

  const teams = new Set([workspace.team, ...workspace.otherTeams].map((each) => each.id));
  const team = body.people.find((each) => each.teamId !== undefined && !teams.has(each.teamId))?.teamId;
  if (team !== undefined) return actionError("team_not_found", `There is no workspace ${team}.`);

  const names = new Map([...workspace.channels.values()].map((each) => [each.id, each.name]));
  for (const each of body.channels) names.set(each.id, each.name ?? names.get(each.id) ?? each.id.toLowerCase());
  const taken = body.channels.find(({ id }) =>
    [...names].some(([other, name]) => other !== id && name === names.get(id)),
  );
  if (taken !== undefined) return actionError("name_taken", `Another channel already has the name of ${taken.id}.`);

  for (const { channel, blocks, metadata, thread_ts: threadTs, text } of body.messages) {
    if (!names.has(channel)) return actionError("channel_not_found", `There is no channel ${channel}.`);
    const content = readContent({ text, blocks, metadata });
    if (isRefusal(content)) return actionError(content.error, "Slack would reject this message.", { refusal: content });
    const messages = workspace.channels.get(channel)?.messages ?? [];
    if (threadTs !== undefined && !messages.some((each) => each.ts === threadTs && each.threadTs === undefined)) {
      return actionError("thread_not_found", `There is no message ${threadTs} in ${channel}.`);
    }
  }
  return undefined;
}

/** Applies the given fields to the existing record, or to `newRecord`. */
function upsert<T extends { id: string }>(all: Map<string, T>, given: { id: string }, newRecord: T): void {
  const fields = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  all.set(given.id, Object.assign(all.get(given.id) ?? newRecord, fields));
}

function postSeeded(workspace: Workspace, given: SeedBody["messages"][number]): { channel: string; ts: string } {
  const channel = workspace.channels.get(given.channel);
  const content = readContent({ text: given.text, blocks: given.blocks, metadata: given.metadata });
  if (channel === undefined || isRefusal(content)) throw new Error("a validated seed message is invalid");
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
