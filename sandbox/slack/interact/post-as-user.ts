import { isRefusal } from "../api/method.ts";
import { findThread } from "../api/thread.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { type ActionError, actionError, findActor, findJoinedChannel } from "./access.ts";

/** A person writes into a channel, or into a thread of it. */
export interface Post {
  user: string;
  channel: string;
  text: string;
  thread_ts?: string | undefined;
}

export function postAsUser(workspace: Workspace, act: Post): ActionError | { ok: true; ts: string } {
  const person = findActor(workspace, act.user);
  if ("ok" in person) return person;
  const channel = findJoinedChannel(workspace, person, act.channel);
  if ("ok" in channel) return channel;
  if (channel.archived) return actionError("is_archived", `#${channel.name} is archived: nobody writes there.`);
  const thread = findThread(channel, { thread_ts: act.thread_ts });
  if (isRefusal(thread)) return actionError(thread.error, `There is no message ${act.thread_ts} to answer.`);
  const { ts } = workspace.post(channel, { user: person.id, text: act.text, threadTs: thread.threadTs });
  return { ok: true, ts };
}
