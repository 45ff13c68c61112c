import type { Person, Team } from "./model.ts";
import { newPerson } from "./new-records.ts";
import type { Workspace } from "./workspace.ts";

/** The Enterprise Grid organization that the setting `enterpriseGrid` adds. https://docs.slack.dev/enterprise */
export const ORGANIZATION = { id: "E0SANDBOX01", name: "Sandbox Organization" };
/** The organization's other workspace. */
export const SISTER_TEAM: Team = { id: "T0SISTER001", domain: "sister", name: "Sister Workspace" };

/** In an organization, ids of people may begin with W: one of this workspace, and one of the other workspace. */
const PEOPLE: { id: string; name: string; realName: string; teamId?: string }[] = [
  { id: "W0WILMA", name: "wilma", realName: "Wilma Winter" },
  { id: "W0SAM", name: "sam", realName: "Sam Sister", teamId: SISTER_TEAM.id },
];

type Settings = Pick<Workspace, "settings">;

export const findOrganization = ({ settings }: Settings) =>
  settings.enterpriseGrid === "none" ? undefined : ORGANIZATION;

/** Whether the app is installed in the whole organization: its token then belongs to no single workspace. */
export const isOrgInstall = ({ settings }: Settings): boolean => settings.enterpriseGrid === "organization";

/** Whether the person belongs to the workspace or to its organization. Others are from Slack Connect. */
export const isInsider = (workspace: Settings & Pick<Workspace, "team">, person: Person): boolean =>
  person.teamId === workspace.team.id ||
  (findOrganization(workspace) !== undefined && person.teamId === SISTER_TEAM.id);

/** Whether the app is installed in the person's workspace. */
export const hasApp = (workspace: Settings & Pick<Workspace, "team">, person: Person): boolean =>
  person.teamId === workspace.team.id || (isOrgInstall(workspace) && isInsider(workspace, person));

/** The workspaces in which the app is installed. */
export const installedTeams = (workspace: Workspace): Team[] =>
  isOrgInstall(workspace) ? [workspace.team, SISTER_TEAM] : [workspace.team];

/** Adds the people of the organization, or removes them. */
export function updatePeople(workspace: Workspace): void {
  const everywhere = [...workspace.channels.values()].filter((each) => each.kind === "public");
  for (const { id, name, realName, teamId } of PEOPLE) {
    if (findOrganization(workspace) === undefined) workspace.people.delete(id);
    else if (!workspace.people.has(id))
      workspace.people.set(id, { ...newPerson(teamId ?? workspace.team.id, id, name), realName });
    for (const channel of everywhere) channel.members = channel.members.filter((each) => each !== id);
    if (findOrganization(workspace) !== undefined) for (const channel of everywhere) channel.members.push(id);
  }
}
