import type { WebClient } from "@slack/web-api";
import type { ChatFailure } from "../../app/ports/slack.ts";
import { chatFailure, findAdvice } from "../slack-failures.ts";

/** The workspace (or organization) in which the bot is installed, and the bot itself. */
export interface Workspace {
  /** The workspace; the organization if the app is installed in the whole organization. */
  teamId: string;
  enterpriseId: string | null;
  /** Whether the app is installed in a whole Enterprise Grid organization. Some methods then need the workspace's id. */
  isOrgInstall: boolean;
  /** Its address, ending in a slash. Source: Slack API, auth.test. */
  url: string;
  /** Its name, for people. */
  name: string;
  botId: string | null;
  botUserId: string | null;
  /** The app to which payloads must belong. Null if Slack does not say; then it is not checked. */
  appId: string | null;
  /** The scopes of the token; null if Slack does not say. Source: Slack API, header x-oauth-scopes. */
  scopes: readonly string[] | null;
}

/** Reads the workspace and the bot that the token belongs to. Source: Slack API, auth.test. */
export async function readWorkspace(
  web: WebClient,
): Promise<{ kind: "workspace"; workspace: Workspace } | ChatFailure> {
  try {
    const reply = await web.auth.test();
    // An app that is installed in a whole organization has no workspace of its own.
    const teamId = reply.team_id ?? reply.enterprise_id;
    if (teamId === undefined || reply.bot_id === undefined) {
      const code = "not_allowed_token_type";
      return { kind: "refused", code, error: "the token is not a bot's", advice: findAdvice(code) };
    }
    return {
      kind: "workspace",
      workspace: {
        teamId,
        enterpriseId: reply.enterprise_id ?? null,
        isOrgInstall: reply.is_enterprise_install === true,
        url: reply.url ?? "https://slack.com/",
        name: reply.team ?? teamId,
        botId: reply.bot_id,
        botUserId: reply.user_id ?? null,
        appId: await findAppId(web, reply.bot_id, teamId),
        scopes: reply.response_metadata?.scopes ?? null,
      },
    };
  } catch (error) {
    return chatFailure(error);
  }
}

/** Returns the id of the bot's app, or null if Slack does not say. Source: Slack API, bots.info. */
async function findAppId(web: WebClient, bot: string, team_id: string): Promise<string | null> {
  try {
    return (await web.bots.info({ bot, team_id })).bot?.app_id ?? null;
  } catch {
    return null;
  }
}
