import { isRefusal } from "../api/method.ts";
import { isObject } from "../blocks/check.ts";
import { type DeliveryResult, RESET } from "../deliver/delivery.ts";
import { isInstalled } from "../workspace/installed.ts";
import type { Json, Person, SlackApp } from "../workspace/model.ts";
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
  /** The whole line, for instance `/approvals pending`. */
  text: string;
  forge?: Json | undefined;
}

export type CommandResult = ActionError | { ok: true; forged: boolean; delivery: DeliveryResult; shown?: string };

export async function runCommand(deps: InteractDeps, act: Command): Promise<CommandResult> {
  const { workspace } = deps;
  const person = findActor(workspace, act.user);
  if ("ok" in person) return person;
  if (person.teamId !== workspace.team.id) {
    return actionError("not_available", "People of other workspaces do not have this workspace's commands.");
  }
  const channel = findJoinedChannel(workspace, person, act.channel);
  if ("ok" in channel) return channel;
  if (channel.archived) return actionError("is_archived", `#${channel.name} is archived.`);
  const [name = "", ...words] = act.text.trim().split(/(?<=^\S+)\s+/);
  const app = workspace.apps.find((each) => hasCommand(each, name));
  if (app === undefined) return actionError("invalid_command", `${name} is not a valid command.`);

  const typed = words.join(" ");
  const target: ResponseTarget = { appId: app.id, user: person.id, channel: channel.id };
  const payload = commandPayload(workspace, app, person, channel, {
    command: name,
    text: app.shouldEscape ? escapeCommandText(workspace, typed) : typed,
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

/** An app's commands come with its scope, and go with it. */
const hasCommand = (app: SlackApp, name: string): boolean =>
  isInstalled(app) && app.scopes.includes("commands") && app.commands.includes(name);

/** Posts what came with the acknowledgement; text alone is for the person only. */
function postReply(deps: InteractDeps, target: ResponseTarget, body: unknown): string | undefined {
  const args = typeof body === "string" ? { text: body } : body;
  if (!isObject(args) || Object.keys(args).length === 0) return undefined;
  const answered = respond(deps, target, args);
  return isRefusal(answered) ? answered.error : undefined;
}

/** Slack's own words for the person: `operation_timeout`, or `dispatch_failed` when nothing could be reached. */
function reportFailure(workspace: Workspace, person: Person, name: string, delivery: DeliveryResult): string {
  const kind = delivery.problem === "timeout" ? "operation_timeout" : "dispatch_failed";
  workspace.notice({ user: person.id, kind, text: `${name} failed with the error "${kind}"` });
  return kind;
}

/**
 * What `should_escape` in the manifest does: names that are known become mentions, links are marked.
 * https://docs.slack.dev/interactivity/implementing-slash-commands/#escaping
 */
export function escapeCommandText(workspace: Pick<Workspace, "people" | "channels">, text: string): string {
  return text
    .replace(/(?<![\w<])@([\w.-]+)/g, (whole, name: string) => {
      const person = [...workspace.people.values()].find((each) => each.name === name);
      return person === undefined ? whole : `<@${person.id}|${person.name}>`;
    })
    .replace(/(?<![\w<])#([\w-]+)/g, (whole, name: string) => {
      const channel = [...workspace.channels.values()].find((each) => each.kind === "public" && each.name === name);
      return channel === undefined ? whole : `<#${channel.id}|${channel.name}>`;
    })
    .replace(/(?<![<\w])https?:\/\/[^\s>]+/g, (url) => `<${url}>`);
}
