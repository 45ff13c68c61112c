import type { PlacedElement } from "../blocks/walk.ts";
import type { Channel, Json, Message, Person, SlackApp } from "../workspace/model.ts";
import { renderMessage } from "../workspace/render-message.ts";
import { renderView } from "../workspace/render-view.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { type Impossible, impossible, openChannel, presentApp, sees, shownView } from "./access.ts";
import type { Click, InteractDeps } from "./click.ts";
import { channelName } from "./interaction-payloads.ts";
import type { ResponseTarget } from "./response-urls.ts";
import { initialValues, type Values } from "./state-values.ts";

/** Where an element stands: what differs between a message, a modal and a home. */
export interface Place {
  app: SlackApp;
  blocks: unknown;
  /** The payload's members that tell the place: container, channel and message, or view. */
  members: () => Json;
  /** Keeps what was entered, so that the payload's state shows it. */
  keep: (at: PlacedElement, value: Json) => void;
  /** Messages have response URLs, views have none. */
  respondsTo?: Omit<ResponseTarget, "appId"> | undefined;
  viewId?: string | undefined;
}

export function messagePlace(
  deps: Pick<InteractDeps, "workspace">,
  person: Person,
  at: Pick<Click, "channel" | "ts">,
): Place | Impossible {
  const { workspace } = deps;
  const channel = openChannel(workspace, person, at.channel ?? "");
  if ("ok" in channel) return channel;
  const message = channel.messages.find((each) => each.ts === at.ts);
  if (message === undefined || !sees(person, message)) {
    return impossible("message_not_found", `${person.name} sees no message ${at.ts} there.`);
  }
  if (channel.archived) return impossible("is_archived", `#${channel.name} is archived: its messages are read only.`);
  const app = presentApp(workspace, message.appId);
  if ("ok" in app) return app;
  const key = `${channel.id} ${message.ts} ${person.id}`;
  const values = (): Values => workspace.entered.get(key) ?? initialValues(message.blocks ?? []);
  return {
    app,
    blocks: message.blocks,
    members: () => messageMembers(workspace, channel, message, values()),
    keep: (found, value) => workspace.entered.set(key, withValue(values(), found, value)),
    respondsTo: { user: person.id, channel: channel.id, messageTs: message.ts, threadTs: message.threadTs },
  };
}

/** An ephemeral message is not sent along: its container alone tells of it. */
function messageMembers(workspace: Workspace, channel: Channel, message: Message, values: Values): Json {
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

export function viewPlace(
  deps: Pick<InteractDeps, "workspace">,
  person: Person,
  viewId: string | undefined,
): Place | Impossible {
  const { workspace } = deps;
  const view = shownView(workspace, person, viewId);
  if ("ok" in view) return view;
  const app = presentApp(workspace, view.appId);
  if ("ok" in app) return app;
  return {
    app,
    blocks: view.payload.blocks,
    members: () => ({ container: { type: "view", view_id: view.id }, view: renderView(workspace, view) }),
    keep: (found, value) => {
      view.values = withValue(view.values, found, value);
    },
    viewId: view.type === "modal" ? view.id : undefined,
  };
}

export function withValue(values: Values, { element, block }: PlacedElement, value: Json): Values {
  const blockId = String(block.block_id);
  return { ...values, [blockId]: { ...values[blockId], [String(element.action_id)]: value } };
}
