import type { LocatedElement } from "../blocks/walk.ts";
import type { Channel, Json, Message, Person, SlackApp } from "../workspace/model.ts";
import { renderMessage } from "../workspace/render-message.ts";
import { renderView } from "../workspace/render-view.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { type ActionError, actionError, canSee, findInstalledApp, findJoinedChannel, findShownView } from "./access.ts";
import type { InteractDeps } from "./interact-deps.ts";
import { channelName } from "./interaction-payloads.ts";
import type { ResponseTarget } from "./response-urls.ts";
import { initialValues, type Values } from "./state-values.ts";

/** The message, modal or Home that contains an element. */
export interface Container {
  app: SlackApp;
  blocks: unknown;
  /** Returns the payload fields of the container: container, channel and message, or view. */
  payloadFields: () => Json;
  /** Stores a value, so that the payload's state contains it. */
  storeValue: (found: LocatedElement, value: Json) => void;
  /** Present for messages; views have no response URLs. */
  responseTarget?: Omit<ResponseTarget, "appId"> | undefined;
  viewId?: string | undefined;
}

/** Finds the message that a person acts on, or the reason why they cannot. */
export function messageContainer(
  deps: Pick<InteractDeps, "workspace">,
  person: Person,
  at: { channel?: string | undefined; ts?: string | undefined },
): Container | ActionError {
  const { workspace } = deps;
  const channel = findJoinedChannel(workspace, person, at.channel ?? "");
  if ("ok" in channel) return channel;
  const message = channel.messages.find((each) => each.ts === at.ts);
  if (message === undefined || !canSee(person, message)) {
    return actionError("message_not_found", `${person.name} cannot see a message ${at.ts} there.`);
  }
  if (channel.archived) return actionError("is_archived", `#${channel.name} is archived: its messages are read-only.`);
  const app = findInstalledApp(workspace, message.appId);
  if ("ok" in app) return app;
  const key = `${channel.id} ${message.ts} ${person.id}`;
  const values = (): Values => workspace.enteredValues.get(key) ?? initialValues(message.blocks ?? []);
  return {
    app,
    blocks: message.blocks,
    payloadFields: () => messageFields(workspace, channel, message, values()),
    storeValue: (found, value) => workspace.enteredValues.set(key, withValue(values(), found, value)),
    responseTarget: { user: person.id, channel: channel.id, messageTs: message.ts, threadTs: message.threadTs },
  };
}

/** The payload does not contain an ephemeral message, only its container. */
function messageFields(workspace: Workspace, channel: Channel, message: Message, values: Values): Json {
  const ephemeral = message.onlyFor !== undefined;
  return {
    container: {
      type: "message",
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: ephemeral,
      ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
    },
    channel: { id: channel.id, name: channelName(channel) },
    ...(ephemeral ? {} : { message: renderMessage(workspace, message, { metadata: true, channel }) }),
    state: { values },
  };
}

/** Finds the view that a person acts on, or the reason why they cannot. */
export function viewContainer(
  deps: Pick<InteractDeps, "workspace">,
  person: Person,
  viewId: string | undefined,
): Container | ActionError {
  const { workspace } = deps;
  const view = findShownView(workspace, person, viewId);
  if ("ok" in view) return view;
  const app = findInstalledApp(workspace, view.appId);
  if ("ok" in app) return app;
  return {
    app,
    blocks: view.payload.blocks,
    payloadFields: () => ({ container: { type: "view", view_id: view.id }, view: renderView(workspace, view) }),
    storeValue: (found, value) => {
      view.values = withValue(view.values, found, value);
    },
    viewId: view.type === "modal" ? view.id : undefined,
  };
}

/** Returns `values` with a new value for one element. */
export function withValue(values: Values, { element, block }: LocatedElement, value: Json): Values {
  const blockId = String(block.block_id);
  return { ...values, [blockId]: { ...values[blockId], [String(element.action_id)]: value } };
}
