import { microsFromTs } from "../workspace/ids.ts";
import type { Channel, Json, Message } from "../workspace/model.ts";
import { renderMessage } from "../workspace/render-message.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { flag, text } from "./arguments.ts";
import { findReadableChannel, isMember } from "./channel-access.ts";
import { type Answer, type Args, type Call, isRefusal, type Method, type Refusal, refuse } from "./method.ts";
import { type Page, paginate } from "./pages.ts";

/** https://docs.slack.dev/reference/methods/conversations.history and conversations.replies */
export function historyMethods(deps: { workspace: Workspace }): Record<string, Method> {
  return {
    "conversations.history": { token: "bot", scopes: [], tier: "tier3", run: (call) => history(deps.workspace, call) },
    "conversations.replies": { token: "bot", scopes: [], tier: "tier3", run: (call) => replies(deps.workspace, call) },
  };
}

/** The messages between `oldest` and `latest`; the ends themselves only with `inclusive`. */
function inRange(messages: Message[], args: Args): Message[] | Refusal {
  const oldest = microsFromTs(text(args, "oldest") ?? "0");
  const latest =
    text(args, "latest") === undefined ? Number.POSITIVE_INFINITY : microsFromTs(text(args, "latest") ?? "");
  if (Number.isNaN(oldest)) return refuse("invalid_ts_oldest");
  if (Number.isNaN(latest)) return refuse("invalid_ts_latest");
  const inclusive = flag(args, "inclusive");
  return messages.filter((each) => {
    const at = microsFromTs(each.ts);
    return (at > oldest && at < latest) || (inclusive && (at === oldest || at === latest));
  });
}

/** Renders a page of messages; the cursor is present only if another page follows. */
const renderPage = (workspace: Workspace, channel: Channel, page: Page<Message>, args: Args): Json => ({
  messages: page.items.map((each) =>
    renderMessage(workspace, each, { metadata: flag(args, "include_all_metadata"), channel }),
  ),
  has_more: page.nextCursor !== "",
  ...(page.nextCursor === "" ? {} : { response_metadata: { next_cursor: page.nextCursor } }),
});

function history(workspace: Workspace, { app, args }: Call): Answer {
  const channel = findReadableChannel(workspace, app, text(args, "channel"), "history");
  if (isRefusal(channel)) return channel;
  if (!isMember(channel, app.botUserId)) return refuse("not_in_channel");
  const shown = channel.messages.filter(
    (each) => each.onlyFor === undefined && (each.threadTs === undefined || each.broadcast === true),
  );
  const ranged = inRange(shown, args);
  if (isRefusal(ranged)) return ranged;
  const cut = paginate(ranged.reverse(), args, { list: `conversations.history ${channel.id}`, usual: 100, most: 999 });
  if (isRefusal(cut)) return cut;
  return {
    ok: true,
    ...renderPage(workspace, channel, cut, args),
    pin_count: 0,
    channel_actions_ts: null,
    channel_actions_count: 0,
  };
}

/** A thread, its first message first, also when a reply's own ts was given. */
function replies(workspace: Workspace, { app, args }: Call): Answer {
  const channel = findReadableChannel(workspace, app, text(args, "channel"), "history");
  if (isRefusal(channel)) return channel;
  if (!isMember(channel, app.botUserId)) return refuse("not_in_channel");
  const ts = text(args, "ts");
  const seen = channel.messages.filter((each) => each.onlyFor === undefined);
  const named = seen.find((each) => each.ts === ts);
  if (named === undefined) return refuse("thread_not_found");
  const root = named.threadTs ?? named.ts;
  const ranged = inRange(
    seen.filter((each) => each.ts === root || each.threadTs === root),
    args,
  );
  if (isRefusal(ranged)) return ranged;
  const cut = paginate(ranged, args, { list: `conversations.replies ${channel.id} ${root}`, usual: 1000, most: 1000 });
  if (isRefusal(cut)) return cut;
  return {
    ok: true,
    ...renderPage(workspace, channel, cut, args),
  };
}
