import type { SlackApp, TokenState } from "../workspace/model.ts";
import { type Method, type Refusal, refuse } from "./method.ts";

/** Finds the app of a valid token, or refuses with not_authed, invalid_auth, token_revoked, not_allowed_token_type... */
export function authenticate(
  apps: readonly SlackApp[],
  token: string | undefined,
  method: Pick<Method, "token">,
): SlackApp | Refusal {
  if (token === undefined) return refuse("not_authed");
  const found = findToken(apps, token);
  if (found === undefined) return refuse("invalid_auth");
  const state: TokenState = found.app.tokens[found.kind];
  if (state !== "valid") return refuse(state);
  if (found.kind !== method.token) return refuse("not_allowed_token_type");
  return found.app;
}

/** Finds the owner of a token, whether or not the token is still valid. */
export function findToken(
  apps: readonly SlackApp[],
  token: string,
): { app: SlackApp; kind: "bot" | "app" } | undefined {
  for (const app of apps) {
    if (app.botToken === token) return { app, kind: "bot" };
    if (app.appToken === token) return { app, kind: "app" };
  }
  return undefined;
}
