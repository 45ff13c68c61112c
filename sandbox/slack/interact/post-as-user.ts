import { refused } from "../api/method.ts";
import { threadOf } from "../api/thread.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { actingPerson, type Impossible, impossible, openChannel } from "./access.ts";

/** A person writes into a channel, or into a thread of it. */
export interface Post {
  user: string;
  channel: string;
  text: string;
  thread_ts?: string | undefined;
}

export function post(workspace: Workspace, act: Post): Impossible | { ok: true; ts: string } {
  const person = actingPerson(workspace, act.user);
  if ("ok" in person) return person;
  const channel = openChannel(workspace, person, act.channel);
  if ("ok" in channel) return channel;
  if (channel.archived) return impossible("is_archived", `#${channel.name} is archived: nobody writes there.`);
  const thread = threadOf(channel, { thread_ts: act.thread_ts });
  if (refused(thread)) return impossible(thread.error, `There is no message ${act.thread_ts} to answer.`);
  const { ts } = workspace.post(channel, { user: person.id, text: act.text, threadTs: thread.threadTs });
  return { ok: true, ts };
}
