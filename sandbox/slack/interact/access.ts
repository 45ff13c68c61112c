import { isInstalled } from "../workspace/installed.ts";
import type { Channel, Message, Person, SlackApp, View } from "../workspace/model.ts";
import type { Workspace } from "../workspace/workspace.ts";

/** Why Slack would not allow the action of a person. Nothing is sent to the app. */
export interface ActionError {
  ok: false;
  error: string;
  why: string;
  [more: string]: unknown;
}

export const actionError = (error: string, why: string, more: Record<string, unknown> = {}): ActionError => ({
  ok: false,
  error,
  why,
  ...more,
});

/** Finds a person who can act: neither a bot nor deactivated. */
export function findActor(workspace: Workspace, id: string): Person | ActionError {
  const person = workspace.people.get(id);
  if (person === undefined) return actionError("user_not_found", `There is no person ${id}.`);
  if (person.isBot) return actionError("user_is_bot", `${person.name} is a bot.`);
  if (person.deleted) return actionError("user_is_deactivated", `${person.name} is deactivated and cannot sign in.`);
  return person;
}

/** Finds the app of a message or view, if it is installed. */
export function findInstalledApp(workspace: Workspace, id: string | undefined): SlackApp | ActionError {
  const app = workspace.apps.find((each) => each.id === id);
  if (app === undefined) return actionError("no_app", "This does not belong to an app.");
  return isInstalled(app) ? app : actionError("app_not_installed", `${app.name} is no longer in this workspace.`);
}

/** The result of an action during which the workspace was reset. */
export const resetError = (): ActionError => actionError("reset", "The workspace was reset in the meantime.");

/** Finds a channel that the person is a member of. */
export function findJoinedChannel(workspace: Workspace, person: Person, id: string): Channel | ActionError {
  const channel = workspace.channels.get(id);
  if (channel === undefined) return actionError("channel_not_found", `There is no channel ${id}.`);
  if (!channel.members.includes(person.id)) {
    return actionError("not_in_channel", `${person.name} is not in #${channel.name}.`);
  }
  return channel;
}

export const canSee = (person: Person, message: Message): boolean =>
  message.onlyFor === undefined || message.onlyFor === person.id;

/** Finds the view that the person sees: their top modal, or a Home. */
export function findShownView(workspace: Workspace, person: Person, viewId: string | undefined): View | ActionError {
  const top = workspace.modals.get(person.id)?.at(-1);
  if (viewId === undefined || top?.id === viewId) {
    return top ?? actionError("no_view", `${person.name} has no modal open.`);
  }
  const home = [...workspace.homes.values()].find((each) => each.id === viewId && each.user === person.id);
  return home ?? actionError("view_not_shown", `${person.name} cannot see the view ${viewId}.`);
}
