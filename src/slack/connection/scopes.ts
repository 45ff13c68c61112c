/** The scopes of the bot token. manifest.yml lists the same ones, with the purpose of each. */
const SCOPES = [
  "chat:write",
  "commands",
  "users:read",
  "users:read.email",
  "usergroups:read",
  "channels:read",
  "groups:read",
  "channels:history",
  "groups:history",
  "im:write",
  "im:history",
] as const;

/** Describes the scopes that a token lacks; null if it has all of them, or if Slack did not say which ones it has. */
export function describeMissingScopes(granted: readonly string[] | null): string | null {
  const missing = granted === null ? [] : SCOPES.filter((scope) => !granted.includes(scope));
  if (missing.length === 0) return null;
  const scopes = missing.length === 1 ? "scope" : "scopes";
  return `The token lacks the ${scopes} ${missing.join(", ")}. Add ${missing.length === 1 ? "it" : "them"} under OAuth & Permissions of the Slack app, as in manifest.yml, and reinstall the app.`;
}
