import type { MessageLocation } from "../../app/admin/inspect.ts";

/**
 * A link to the first message that is posted, or null. Built from the workspace's own address instead of asking
 * chat.getPermalink for each, which gives the same form. Source: Slack API, chat.getPermalink.
 */
export function messageLink(messages: readonly MessageLocation[], workspaceUrl: string): string | null {
  const posted = messages.find(({ ts, channelId }) => ts !== null && isTimestamp(ts) && isChannel(channelId));
  if (posted === undefined || !/^https?:\/\/[\w.:-]{1,200}\/?$/.test(workspaceUrl)) return null;
  const base = workspaceUrl.replace(/\/$/, "");
  return `<${base}/archives/${posted.channelId}/p${posted.ts?.replace(".", "")}|Open the message>`;
}

export function isChannel(id: string): boolean {
  return /^[CGD][A-Z0-9]{1,20}$/.test(id);
}

function isTimestamp(ts: string): boolean {
  return /^\d{1,12}\.\d{6}$/.test(ts);
}
