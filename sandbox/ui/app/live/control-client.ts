import type { Side } from "./wire-call.ts";

export interface Reply {
  ok?: boolean;
  /** Why Slack would not allow the action. */
  why?: string;
  error?: string;
  [more: string]: unknown;
}

const BASE: Record<Side, string> = { slack: "/_control", aws: "/aws/_control" };

async function request(method: string, side: Side, path: string, body?: object): Promise<Reply> {
  try {
    const response = await fetch(BASE[side] + path, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
    const reply = (await response.json()) as Reply;
    return response.ok ? reply : { ok: false, ...reply };
  } catch (error) {
    return {
      ok: false,
      why: `The sandbox did not respond (${error instanceof Error ? error.message : error}). Is it still running in its terminal?`,
    };
  }
}

/** Calls the stand-ins' control API, through which the page does everything. Failures are returned, not thrown. */
export const control = {
  get: (side: Side, path: string) => request("GET", side, path),
  post: (side: Side, path: string, body: object) => request("POST", side, path, body),
  delete: (side: Side, path: string) => request("DELETE", side, path),
};

/** The text to show for a failed request; undefined if it succeeded. */
export function refusalText(reply: Reply): string | undefined {
  return reply.ok === false || reply.error !== undefined
    ? (reply.why ?? reply.error ?? "The request failed.")
    : undefined;
}
