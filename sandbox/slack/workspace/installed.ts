import type { SlackApp, TokenState } from "./model.ts";

/** Revoking the bot's token takes the app out of the workspace. https://docs.slack.dev/reference/methods/auth.revoke */
const UNINSTALLED_STATES: readonly TokenState[] = ["token_revoked", "account_inactive"];

/** Whether the app is still in the workspace. One that is not hears nothing more, and its commands are gone. */
export const isInstalled = (app: SlackApp): boolean => !UNINSTALLED_STATES.includes(app.tokens.bot);
