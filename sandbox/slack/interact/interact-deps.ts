import type { Deliver } from "../deliver/deliver.ts";
import type { Changes } from "../workspace/changes.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { ResponseUrls } from "./response-urls.ts";
import type { Triggers } from "./triggers.ts";

/** What the actions of people share: the workspace, and the way to the app. */
export interface InteractDeps {
  workspace: Workspace;
  changes: Changes;
  clock: { now(): number };
  triggers: Triggers;
  responseUrls: ResponseUrls;
  deliver: Deliver;
  /** The sandbox's own address, before the path of a response URL. */
  baseUrl: () => string;
}
