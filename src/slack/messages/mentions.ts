import { parseArn, permissionSet } from "../../core/arn.ts";
import type { People } from "../../core/policy.ts";
import { code } from "./text.ts";

const MAX_NAMED = 10;

/** Slack shows the reader a name for an id. What is no id is shown as it is. */
export function mentionUser(id: string): string {
  return /^[UW][A-Z0-9]{1,20}$/.test(id) ? `<@${id}>` : code(id, 60);
}

export function mentionGroup(id: string): string {
  return /^S[A-Z0-9]{1,20}$/.test(id) ? `<!subteam^${id}>` : code(id, 60);
}

export function mentionChannel(id: string): string {
  return /^[CG][A-Z0-9]{1,20}$/.test(id) ? `<#${id}>` : code(id, 60);
}

/** "@jane, @dba", with a count where there are too many to name. */
export function mentionPeople(people: People): string {
  return series([...people.users.map(mentionUser), ...people.groups.map(mentionGroup)]);
}

/** The first few of a list, and how many more there are. */
export function series(items: readonly string[], most = MAX_NAMED, between = ", "): string {
  const more = items.length - most;
  return more > 0 ? `${items.slice(0, most).join(between)} and ${more} more` : items.join(between);
}

/**
 * Who an ARN means, in the words of somebody who does not read ARNs: the user's name, `role/session`, or the person
 * behind an IAM Identity Center role.
 * Source: IAM User Guide, "IAM identifiers"; Identity Center's roles are named AWSReservedSSO_<permission set>_<hex>.
 */
export function principal(arn: string | null): string {
  if (arn === null || arn.trim() === "") return "unknown";
  const parsed = parseArn(arn.trim());
  if (parsed === null || parsed.region !== "" || (parsed.service !== "iam" && parsed.service !== "sts")) return arn;
  const { resource } = parsed;
  if (resource === "root") return "the account's root user";
  const [kind = "", ...path] = resource.split("/");
  const last = path.at(-1) ?? resource;
  if (kind === "user") return last;
  if (kind === "federated-user") return `${last} (federated)`;
  if (kind === "role") return `role ${last}`;
  if (kind !== "assumed-role") return resource;
  const role = path[0] ?? "";
  const set = permissionSet(role);
  return set === null ? `${role}/${last}` : `${last} (Identity Center, ${set})`;
}
