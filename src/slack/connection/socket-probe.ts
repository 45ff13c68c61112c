import type { WebClient } from "@slack/web-api";
import { describeWithAdvice } from "../../app/ports/slack.ts";
import { chatFailure, findAppTokenAdvice } from "../slack-failures.ts";

/**
 * Asks for the address of a Socket Mode connection and does not connect, so no event goes to this process. Source: Slack API,
 * apps.connections.open.
 */
export async function probeSocket(web: WebClient): Promise<{ kind: "open" } | { kind: "closed"; text: string }> {
  try {
    await web.apps.connections.open();
    return { kind: "open" };
  } catch (error) {
    const failure = chatFailure(error);
    const text =
      failure.kind === "refused"
        ? `Slack refused: ${failure.error}. ${findAppTokenAdvice(failure.code)}`
        : describeWithAdvice(failure);
    return { kind: "closed", text };
  }
}

/** Returns the app that an app-level token names, `xapp-1-A0123456789-...`; null if the token has another form. */
export const findTokenApp = (token: string): string | null => /^xapp-\d+-(A[A-Z0-9]+)-/.exec(token)?.[1] ?? null;
