import type { Triggers } from "../interact/triggers.ts";
import type { Changes } from "../workspace/changes.ts";
import type { SlackApp } from "../workspace/model.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { appMethods } from "./apps.ts";
import { historyMethods } from "./channel-history.ts";
import { postMethods } from "./chat-post.ts";
import { updateMethods } from "./chat-update.ts";
import { conversationMethods } from "./conversations.ts";
import type { Method } from "./method.ts";
import { usergroupMethods } from "./usergroups.ts";
import { userMethods } from "./users.ts";
import { viewMethods } from "./views.ts";

/** Makes all Web API methods, by name. A test compares `coverage.ts` with them. */
export function makeMethods(deps: {
  workspace: Workspace;
  changes: Changes;
  triggers: Triggers;
  clock: { now(): number };
  linkAddress: (app: SlackApp) => string | undefined;
}): Record<string, Method> {
  return {
    ...appMethods(deps),
    ...postMethods(deps),
    ...updateMethods(deps),
    ...conversationMethods(deps),
    ...historyMethods(deps),
    ...userMethods(deps),
    ...usergroupMethods(deps),
    ...viewMethods(deps),
  };
}
