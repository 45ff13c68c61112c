import { parseArn, permissionSet } from "./arn.ts";

/**
 * Describes an AWS principal for people who do not read ARNs: the user's name, `role/session`, or the person behind an
 * IAM Identity Center role.
 * Source: IAM User Guide, "IAM identifiers"; Identity Center's roles are named AWSReservedSSO_<permission set>_<hex>.
 */
export function describePrincipal(arn: string | null): string {
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
