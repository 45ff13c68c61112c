import type { SlackCallResult, SlackCalls } from "../app/ports/slack.ts";
import { TOKEN_ERRORS } from "./slack-failures.ts";

/** For callers that count nothing, such as commands. */
export const UNCOUNTED: SlackCalls = { called() {}, waited() {} };

/** Returns a fetch that reports each call of the Web API, whichever client makes it. */
export const observedFetch =
  (calls: SlackCalls, send: typeof fetch = fetch) =>
  async (url: string | URL, init?: RequestInit): Promise<Response> => {
    const method = new URL(url).pathname.split("/").at(-1) ?? "";
    try {
      const response = await send(url, init);
      // A copy is read: the client itself must see every failure of the connection.
      void readResult(response.clone()).then(([result, error]) =>
        calls.called(method, result, TOKEN_ERRORS.has(error)),
      );
      return response;
    } catch (error) {
      calls.called(method, "unreachable");
      throw error;
    }
  };

/** Returns a fetch that reports Slack's time at each reply, by its Date header in whole seconds. */
export const timedFetch =
  (onTime: (time: number) => void, send: typeof fetch = fetch): typeof fetch =>
  async (...request) => {
    const reply = await send(...request);
    const time = Date.parse(reply.headers.get("date") ?? "");
    if (!Number.isNaN(time)) onTime(time);
    return reply;
  };

/** Returns the result, and Slack's error code if it refused the call. */
async function readResult(response: Response): Promise<[result: SlackCallResult, error: string]> {
  try {
    const body = (await response.json()) as { ok?: unknown; error?: unknown };
    if (response.status === 429) return ["limited", ""];
    if (response.status !== 200) return ["failed", ""];
    return body.ok === true ? ["ok", ""] : ["refused", String(body.error)];
  } catch {
    return [response.status === 429 ? "limited" : "failed", ""];
  }
}
