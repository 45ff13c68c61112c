import { isRefusal } from "../api/method.ts";
import { isObject } from "../blocks/check.ts";
import { type DeliveryResult, RESET } from "../deliver/delivery.ts";
import { isInstalled } from "../workspace/installed.ts";
import type { Json, Person, SlackApp } from "../workspace/model.ts";
import { hasApp } from "../workspace/organization.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { type ActionError, actionError, findActor, findJoinedChannel, resetError } from "./access.ts";
import type { InteractDeps } from "./interact-deps.ts";
import { commandPayload, overlay } from "./interaction-payloads.ts";
import { respond } from "./respond.ts";
import type { ResponseTarget } from "./response-urls.ts";

/** A person sends a slash command in a channel. */
export interface Command {
  user: string;
  channel: string;
  /** The whole line, for example `/approvals pending`. */
  text: string;
  forge?: Json | undefined;
}

export type CommandResult = ActionError | { ok: true; forged: boolean; delivery: DeliveryResult; shown?: string };

/** Sends a slash command to its app and posts the reply that comes with the acknowledgement. */
export async function runCommand(deps: InteractDeps, act: Command): Promise<CommandResult> {
  const { workspace } = deps;
  const person = findActor(workspace, act.user);
  if ("ok" in person) return person;
  if (!hasApp(workspace, person)) {
    return actionError("not_available", "People of other workspaces cannot use the commands of this workspace.");
  }
  const channel = findJoinedChannel(workspace, person, act.channel);
  if ("ok" in channel) return channel;
  if (channel.archived) return actionError("is_archived", `#${channel.name} is archived.`);
  const [name = "", ...rest] = act.text.trim().split(/(?<=^\S+)\s+/);
  const app = workspace.apps.find((each) => hasCommand(each, name));
  if (app === undefined) return actionError("invalid_command", `${name} is not a valid command.`);

  const commandText = rest.join(" ");
  const target: ResponseTarget = { appId: app.id, user: person.id, channel: channel.id };
  const payload = commandPayload(workspace, app, person, channel, {
    command: name,
    text: app.shouldEscape ? escapeCommandText(workspace, commandText) : commandText,
    responseUrl: deps.baseUrl() + deps.responseUrls.issue("commands", workspace.team.id, target),
    triggerId: deps.triggers.issue({ appId: app.id, user: person.id }),
  });
  const delivery = await deps.deliver({
    app,
    kind: "slash_commands",
    payload: overlay(payload, act.forge ?? {}) as Json,
  });
  if (delivery.problem === RESET) return resetError();
  const shown = delivery.acked
    ? postReply(deps, target, delivery.body)
    : reportFailure(workspace, person, name, delivery);
  return { ok: true, forged: act.forge !== undefined, delivery, ...(shown === undefined ? {} : { shown }) };
}

/** The commands of an app exist only while it has the scope for them. */
const hasCommand = (app: SlackApp, name: string): boolean =>
  isInstalled(app) && app.scopes.includes("commands") && app.commands.includes(name);

/** Posts the reply in an acknowledgement. Plain text is ephemeral. */
function postReply(deps: InteractDeps, target: ResponseTarget, body: unknown): string | undefined {
  const args = typeof body === "string" ? { text: body } : body;
  if (!isObject(args) || Object.keys(args).length === 0) return undefined;
  const result = respond(deps, target, args);
  return isRefusal(result) ? result.error : undefined;
}

/** Shows Slack's own text: `operation_timeout`, or `dispatch_failed` if the app was unreachable. */
function reportFailure(workspace: Workspace, person: Person, name: string, delivery: DeliveryResult): string {
  const kind = delivery.problem === "timeout" ? "operation_timeout" : "dispatch_failed";
  workspace.notice({ user: person.id, kind, text: `${name} failed with the error "${kind}"` });
  return kind;
}

/**
 * Escapes the text of a command as `should_escape` in the manifest does: known names become mentions, URLs become links.
 * https://docs.slack.dev/interactivity/implementing-slash-commands/#escaping
 */
export function escapeCommandText(workspace: Pick<Workspace, "people" | "channels">, text: string): string {
  return text
    .replace(/(?<![\w<])@([\w.-]+)/g, (match, name: string) => {
      const person = [...workspace.people.values()].find((each) => each.name === name);
      return person === undefined ? match : `<@${person.id}|${person.name}>`;
    })
    .replace(/(?<![\w<])#([\w-]+)/g, (match, name: string) => {
      const channel = [...workspace.channels.values()].find((each) => each.kind === "public" && each.name === name);
      return channel === undefined ? match : `<#${channel.id}|${channel.name}>`;
    })
    .replace(/(?<![<\w])https?:\/\/[^\s>]+/g, (url) => `<${url}>`);
}
