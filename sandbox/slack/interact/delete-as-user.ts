import type { Workspace } from "../workspace/workspace.ts";
import { type ActionError, actionError, canSee, findActor, findJoinedChannel } from "./access.ts";

/** A person deletes a message: one of their own or, as an admin of the workspace, any other. */
export interface Deletion {
  user: string;
  channel: string;
  ts: string;
}

/** Deletes a message as a person, if Slack would allow it. https://slack.com/help/articles/202395258 */
export function deleteAsUser({ workspace }: { workspace: Workspace }, act: Deletion): ActionError | { ok: true } {
  const person = findActor(workspace, act.user);
  if ("ok" in person) return person;
  const channel = findJoinedChannel(workspace, person, act.channel);
  if ("ok" in channel) return channel;
  const message = channel.messages.find((each) => each.ts === act.ts);
  if (message === undefined || !canSee(person, message))
    return actionError("message_not_found", `${person.name} cannot see a message ${act.ts} there.`);
  if (channel.archived) return actionError("is_archived", `#${channel.name} is archived: its messages are read-only.`);
  if (message.user !== person.id && !person.isAdmin)
    return actionError("cant_delete_message", "Only its author and admins of the workspace can delete a message.");
  workspace.remove(channel, message);
  return { ok: true };
}
