import type { Deliver } from "../deliver/deliver.ts";
import type { Changes } from "../workspace/changes.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { ResponseUrls } from "./response-urls.ts";
import type { Triggers } from "./triggers.ts";

/** The dependencies of the actions of people. */
export interface InteractDeps {
  workspace: Workspace;
  changes: Changes;
  clock: { now(): number };
  triggers: Triggers;
  responseUrls: ResponseUrls;
  deliver: Deliver;
  /** Returns the base URL of response URLs. */
  baseUrl: () => string;
}
