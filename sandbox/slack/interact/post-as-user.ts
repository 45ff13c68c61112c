import { isRefusal } from "../api/method.ts";
import { findThread } from "../api/thread.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { type ActionError, actionError, findActor, findJoinedChannel } from "./access.ts";

/** A person posts a message in a channel or thread. */
export interface Post {
  user: string;
  channel: string;
  text: string;
  thread_ts?: string | undefined;
}

/** Posts a message as a person, if Slack would allow it. */
export function postAsUser(workspace: Workspace, act: Post): ActionError | { ok: true; ts: string } {
  const person = findActor(workspace, act.user);
  if ("ok" in person) return person;
  const channel = findJoinedChannel(workspace, person, act.channel);
  if ("ok" in channel) return channel;
  if (channel.archived) return actionError("is_archived", `#${channel.name} is archived and takes no messages.`);
  const thread = findThread(channel, { thread_ts: act.thread_ts });
  if (isRefusal(thread)) return actionError(thread.error, `There is no message ${act.thread_ts} to reply to.`);
  const { ts } = workspace.post(channel, { user: person.id, text: act.text, threadTs: thread.threadTs });
  return { ok: true, ts };
}
