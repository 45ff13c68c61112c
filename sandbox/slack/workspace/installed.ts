import type { SlackApp, TokenState } from "./model.ts";

/** Revoking the bot token removes the app from the workspace. https://docs.slack.dev/reference/methods/auth.revoke */
const UNINSTALLED_STATES: readonly TokenState[] = ["token_revoked", "account_inactive"];

/** Whether the app is installed. A removed app receives nothing, and its commands do not exist. */
export const isInstalled = (app: SlackApp): boolean => !UNINSTALLED_STATES.includes(app.tokens.bot);
