import { microsFromTs } from "../workspace/ids.ts";
import type { Channel, Json, Message } from "../workspace/model.ts";
import { renderMessage } from "../workspace/render-message.ts";
import { findTombstones } from "../workspace/tombstones.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { flag, text } from "./arguments.ts";
import { findReadableChannel, isMember } from "./channel-access.ts";
import { type ApiResponse, type Args, type Call, isRefusal, type Method, type Refusal, refuse } from "./method.ts";
import { type Page, paginate } from "./pages.ts";

/** https://docs.slack.dev/reference/methods/conversations.history and conversations.replies */
export function historyMethods(deps: { workspace: Workspace }): Record<string, Method> {
  return {
    "conversations.history": { ...HISTORY, run: (call) => history(deps.workspace, call) },
    "conversations.replies": { ...HISTORY, run: (call) => replies(deps.workspace, call) },
  };
}

const HISTORY = {
  token: "bot",
  scopes: [],
  accepts: ["channels:history", "groups:history", "mpim:history", "im:history", "read"],
  tier: "tier3",
  strictTier: "tier1",
} as const;

/** The messages of one page under the strict limit. https://docs.slack.dev/apis/web-api/rate-limits */
const STRICT_LIMIT = 15;

const toLimits = ({ settings }: Workspace, defaultLimit: number, maxLimit: number) =>
  ({
    ...(settings.historyLimit === "strict"
      ? { defaultLimit: STRICT_LIMIT, maxLimit: STRICT_LIMIT }
      : { defaultLimit, maxLimit }),
    badLimit: "nearest",
  }) as const;

/** The messages of a channel and the places of deleted ones, oldest first. */
const inOrder = (channel: Channel): Message[] =>
  [...channel.messages, ...findTombstones(channel)].sort((a, b) => microsFromTs(a.ts) - microsFromTs(b.ts));

/** Selects the messages between `oldest` and `latest`; messages at these times only with `inclusive`. */
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

function history(workspace: Workspace, { app, args }: Call): ApiResponse {
  const channel = findReadableChannel(workspace, app, text(args, "channel"), "history");
  if (isRefusal(channel)) return channel;
  if (!isMember(channel, app.botUserId)) return refuse("not_in_channel");
  const shown = inOrder(channel).filter(
    (each) => each.onlyFor === undefined && (each.threadTs === undefined || each.broadcast === true),
  );
  const selected = inRange(shown, args);
  if (isRefusal(selected)) return selected;
  const page = paginate(selected.reverse(), args, {
    list: `conversations.history ${channel.id}`,
    ...toLimits(workspace, 100, 999),
  });
  if (isRefusal(page)) return page;
  return {
    ok: true,
    ...renderPage(workspace, channel, page, args),
    pin_count: 0,
    channel_actions_ts: null,
    channel_actions_count: 0,
  };
}

/** Returns a thread, starting with its first message, even if `ts` is that of a reply. */
function replies(workspace: Workspace, { app, args }: Call): ApiResponse {
  const channel = findReadableChannel(workspace, app, text(args, "channel"), "history");
  if (isRefusal(channel)) return channel;
  if (!isMember(channel, app.botUserId)) return refuse("not_in_channel");
  const ts = text(args, "ts");
  const visible = inOrder(channel).filter((each) => each.onlyFor === undefined);
  const named = visible.find((each) => each.ts === ts);
  if (named === undefined) return refuse("thread_not_found");
  const root = named.threadTs ?? named.ts;
  const selected = inRange(
    visible.filter((each) => each.ts === root || each.threadTs === root),
    args,
  );
  if (isRefusal(selected)) return selected;
  const page = paginate(selected, args, {
    list: `conversations.replies ${channel.id} ${root}`,
    ...toLimits(workspace, 1000, 1000),
  });
  if (isRefusal(page)) return page;
  return {
    ok: true,
    ...renderPage(workspace, channel, page, args),
  };
}
