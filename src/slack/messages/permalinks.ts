import type { MessageLocation } from "../../app/admin/inspect.ts";

/**
 * Links to the first posted message, or returns null. Built from the workspace's address: chat.getPermalink returns the
 * same form, but costs a call for each message. Source: Slack API, chat.getPermalink.
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
