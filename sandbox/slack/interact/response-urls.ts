import { newSecret } from "../workspace/ids.ts";

/** A response URL is valid for five uses within 30 minutes. https://docs.slack.dev/interactivity/handling-user-interaction#message_responses */
export const MAX_RESPONSE_URL_USES = 5;
export const RESPONSE_URL_TTL_MS = 30 * 60_000;

/** The channel of a response, and the message that it may replace. */
export interface ResponseTarget {
  appId: string;
  user: string;
  channel: string;
  /** The message that the person acted on; absent for commands, until their answers are replaced. */
  messageTs?: string | undefined;
  threadTs?: string | undefined;
}

export interface ResponseUrls {
  /** Creates a response URL and returns its path. */
  issue(kind: "actions" | "commands", teamId: string, target: ResponseTarget): string;
  /** Counts a use. Returns the target or an error code. */
  use(path: string): ResponseTarget | "invalid_url" | "expired_url" | "used_url";
  clear(): void;
}

export function makeResponseUrls(clock: { now(): number }): ResponseUrls {
  const urls = new Map<string, { target: ResponseTarget; issuedAt: number; uses: number }>();
  return {
    issue(kind, teamId, target) {
      const path = `/${kind}/${teamId}/${Math.floor(clock.now() / 1000)}/${newSecret(12)}`;
      urls.set(path, { target, issuedAt: clock.now(), uses: 0 });
      return path;
    },
    use(path) {
      const url = urls.get(path);
      if (url === undefined) return "invalid_url";
      if (clock.now() - url.issuedAt > RESPONSE_URL_TTL_MS) return "expired_url";
      if (url.uses >= MAX_RESPONSE_URL_USES) return "used_url";
      url.uses += 1;
      return url.target;
    },
    clear: () => urls.clear(),
  };
}
