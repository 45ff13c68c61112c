import type { Team } from "../workspace/model.ts";
import { installedTeams, isOrgInstall } from "../workspace/organization.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { text } from "./arguments.ts";
import { type Args, type Refusal, refuse } from "./method.ts";

/**
 * Finds the workspace that a call acts on. An app that is installed in the whole organization must name it with `team_id`; for
 * any other app, Slack ignores the argument. https://docs.slack.dev/enterprise/developing-for-enterprise-orgs
 */
export function findTeam(workspace: Workspace, args: Args): Team | Refusal {
  if (!isOrgInstall(workspace)) return workspace.team;
  const id = text(args, "team_id");
  return installedTeams(workspace).find((each) => each.id === id) ?? refuse("missing_argument", { arg: "team_id" });
}
