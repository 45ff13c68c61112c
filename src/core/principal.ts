import { parseArn, permissionSet } from "./arn.ts";
import type { NameRenderer } from "./name-renderer.ts";

/**
 * Describes an AWS principal for people who do not read ARNs: the user's name, `role/session`, or the person behind an
 * IAM Identity Center role.
 * Source: IAM User Guide, "IAM identifiers"; Identity Center's roles are named AWSReservedSSO_<permission set>_<hex>.
 */
export function describePrincipal(arn: string | null, show: NameRenderer): string {
  if (arn === null || arn.trim() === "") return "unknown";
  const parsed = parseArn(arn.trim());
  if (parsed === null || parsed.region !== "" || (parsed.service !== "iam" && parsed.service !== "sts"))
    return show.text(arn);
  const { resource } = parsed;
  if (resource === "root") return "the account's root user";
  const [kind = "", ...path] = resource.split("/");
  const last = path.at(-1) ?? resource;
  if (kind === "user") return show.text(last);
  if (kind === "federated-user") return `${show.text(last)} (federated)`;
  if (kind === "role") return `role ${show.text(last)}`;
  if (kind !== "assumed-role") return show.text(resource);
  const role = path[0] ?? "";
  const set = permissionSet(role);
  return set === null ? show.text(`${role}/${last}`) : `${show.text(last)} (Identity Center, ${show.word(set)})`;
}
