import { isInstalled } from "../workspace/installed.ts";
import type { Channel, Message, Person, SlackApp, View } from "../workspace/model.ts";
import type { Workspace } from "../workspace/workspace.ts";

/** Why a person could not do that in Slack. It never reaches the app. */
export interface Impossible {
  ok: false;
  error: string;
  why: string;
  [more: string]: unknown;
}

export const impossible = (error: string, why: string, more: Record<string, unknown> = {}): Impossible => ({
  ok: false,
  error,
  why,
  ...more,
});

/** Somebody who can sit at a keyboard: no bot, and not deactivated. */
export function actingPerson(workspace: Workspace, id: string): Person | Impossible {
  const person = workspace.people.get(id);
  if (person === undefined) return impossible("user_not_found", `There is no person ${id}.`);
  if (person.isBot) return impossible("user_is_bot", `${person.name} is a bot.`);
  if (person.deleted) return impossible("user_is_deactivated", `${person.name} is deactivated and cannot sign in.`);
  return person;
}

/** The app behind a message or a view, as long as it is in the workspace. */
export function presentApp(workspace: Workspace, id: string | undefined): SlackApp | Impossible {
  const app = workspace.apps.find((each) => each.id === id);
  if (app === undefined) return impossible("no_app", "No app stands behind this.");
  return isInstalled(app) ? app : impossible("app_not_installed", `${app.name} is no longer in this workspace.`);
}

/** What a person's act answers when the workspace was reset before the app had answered. */
export const wasReset = (): Impossible => impossible("reset", "The workspace was reset meanwhile.");

/** A channel that the person is in. */
export function openChannel(workspace: Workspace, person: Person, id: string): Channel | Impossible {
  const channel = workspace.channels.get(id);
  if (channel === undefined) return impossible("channel_not_found", `There is no channel ${id}.`);
  if (!channel.members.includes(person.id)) {
    return impossible("not_in_channel", `${person.name} is not in #${channel.name}.`);
  }
  return channel;
}

export const sees = (person: Person, message: Message): boolean =>
  message.onlyFor === undefined || message.onlyFor === person.id;

/** The view that the person looks at: the top modal, or a home. */
export function shownView(workspace: Workspace, person: Person, viewId: string | undefined): View | Impossible {
  const top = workspace.modals.get(person.id)?.at(-1);
  if (viewId === undefined || top?.id === viewId) {
    return top ?? impossible("no_view", `${person.name} has no modal open.`);
  }
  const home = [...workspace.homes.values()].find((each) => each.id === viewId && each.user === person.id);
  return home ?? impossible("view_not_shown", `${person.name} does not see the view ${viewId}.`);
}
