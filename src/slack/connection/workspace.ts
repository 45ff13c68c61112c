import type { WebClient } from "@slack/web-api";
import type { ChatFailure } from "../../app/ports/slack.ts";
import { chatFailure, findAdvice } from "../slack-failures.ts";

/** The workspace (or organisation) in which the bot is installed, and the bot itself. */
export interface Workspace {
  teamId: string;
  enterpriseId: string | null;
  /** Its address, ending in a slash. Source: Slack API, auth.test. */
  url: string;
  /** Its name, for people. */
  name: string;
  botId: string | null;
  botUserId: string | null;
  /** The app to which payloads must belong; null when Slack would not tell, and then it is not checked. */
  appId: string | null;
}

/** Whose token this is. Source: Slack API, auth.test. */
export async function readWorkspace(
  web: WebClient,
): Promise<{ kind: "workspace"; workspace: Workspace } | ChatFailure> {
  try {
    const answer = await web.auth.test();
    if (answer.team_id === undefined || answer.bot_id === undefined) {
      const code = "not_allowed_token_type";
      return { kind: "refused", code, error: "the token is not a bot's", advice: findAdvice(code) };
    }
    return {
      kind: "workspace",
      workspace: {
        teamId: answer.team_id,
        enterpriseId: answer.enterprise_id ?? null,
        url: answer.url ?? "https://slack.com/",
        name: answer.team ?? answer.team_id,
        botId: answer.bot_id,
        botUserId: answer.user_id ?? null,
        appId: await findAppId(web, answer.bot_id),
      },
    };
  } catch (error) {
    return chatFailure(error);
  }
}

/** Source: Slack API, bots.info. */
async function findAppId(web: WebClient, bot: string): Promise<string | null> {
  try {
    return (await web.bots.info({ bot })).bot?.app_id ?? null;
  } catch {
    return null;
  }
}
