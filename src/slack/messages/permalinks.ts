import type { MessageLocation } from "../../app/admin/inspect.ts";

/**
 * Links to the first posted message, or returns null. Built from the workspace's address: chat.getPermalink returns the
 * same form, but costs a call for each message. Source: Slack API, chat.getPermalink.
 */
export function messageLink(messages: readonly MessageLocation[], workspaceUrl: string): string | null {
  const [url] = messages.map((message) => messageUrl(message, workspaceUrl)).filter((each) => each !== null);
  return url === undefined ? null : `<${url}|Open the message>`;
}

/** Returns the address of a message; null if it is not posted. */
export function messageUrl({ ts, channelId }: MessageLocation, workspaceUrl: string): string | null {
  if (ts === null || !isTimestamp(ts) || !isChannel(channelId)) return null;
  if (!/^https?:\/\/[\w.:-]{1,200}\/?$/.test(workspaceUrl)) return null;
  return `${workspaceUrl.replace(/\/$/, "")}/archives/${channelId}/p${ts.replace(".", "")}`;
}

export function isChannel(id: string): boolean {
  return /^[CGD][A-Z0-9]{1,20}$/.test(id);
}

function isTimestamp(ts: string): boolean {
  return /^\d{1,12}\.\d{6}$/.test(ts);
}
