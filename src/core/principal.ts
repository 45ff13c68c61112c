import { parseArn, permissionSet } from "./arn.ts";
import type { NameRenderer } from "./name-renderer.ts";

/**
 * What started an execution. `service`: a service principal such as events.amazonaws.com. `unnamed`: AWS names none.
 * `unclear`: a text in no form that AWS documents.
 */
export type PrincipalKind =
  | "iam-user"
  | "root"
  | "federated-user"
  | "identity-center"
  | "role"
  | "service"
  | "unnamed"
  | "unclear";

const SERVICE = /^[a-z0-9.-]+\.amazonaws\.com(?:\.cn)?$/;
const IDENTITY_CENTER = /^AWSReservedSSO_/i;

/** Returns the kind of a principal. Source: IAM User Guide, "IAM identifiers" and "AWS JSON policy elements: Principal". */
export function classifyPrincipal(arn: string | null): PrincipalKind {
  const text = arn?.trim() ?? "";
  if (text === "") return "unnamed";
  if (SERVICE.test(text)) return "service";
  const { service, resource } = parseArn(text) ?? { service: "", resource: "" };
  const [kind, ...path] = resource.split("/");
  if (path.length === 0) return service === "iam" && resource === "root" ? "root" : "unclear";
  if (service === "iam" && kind === "user") return "iam-user";
  if (service === "sts" && kind === "federated-user") return "federated-user";
  if (service === "sts" && kind === "assumed-role")
    return IDENTITY_CENTER.test(path[0] ?? "") ? "identity-center" : "role";
  if (service === "iam" && kind === "role") return IDENTITY_CENTER.test(path.at(-1) ?? "") ? "identity-center" : "role";
  return "unclear";
}

/** Tells whether a person acts under such a principal. An unclear principal counts as one. */
export function isPersonal(kind: PrincipalKind): boolean {
  return kind !== "role" && kind !== "service";
}

/** Names the kind of a principal in a sentence. */
export function principalNoun(kind: PrincipalKind): string {
  switch (kind) {
    case "iam-user":
      return "an IAM user";
    case "root":
      return "an account's root user";
    case "federated-user":
      return "a federated user";
    case "identity-center":
      return "an Identity Center session";
    case "role":
      return "a role";
    case "service":
      return "an AWS service";
    case "unnamed":
      return "a principal without a name";
    case "unclear":
      return "an unclear principal";
    default:
      throw new Error(`no noun for ${kind satisfies never}`);
  }
}

/**
 * Describes an AWS principal for people who do not read ARNs: the user's name, `role/session`, or the person behind an
 * IAM Identity Center role with the permission set.
 */
export function describePrincipal(arn: string | null, show: NameRenderer): string {
  const set = arn === null ? null : sessionSet(arn);
  const name = principalName(arn, show);
  return set === null ? name : `${name} (Identity Center, ${show.word(set)})`;
}

/**
 * Names an AWS principal like `describePrincipal`, without its permission set.
 * Source: IAM User Guide, "IAM identifiers"; Identity Center's roles are named AWSReservedSSO_<permission set>_<hex>.
 */
export function principalName(arn: string | null, show: NameRenderer): string {
  if (arn === null || arn.trim() === "") return "unknown";
  const resource = principalResource(arn);
  if (resource === null) return show.text(arn);
  if (resource === "root") return "the account's root user";
  const [kind = "", ...path] = resource.split("/");
  const last = path.at(-1) ?? resource;
  if (kind === "user") return show.text(last);
  if (kind === "federated-user") return `${show.text(last)} (federated)`;
  if (kind === "role") return `role ${show.text(last)}`;
  if (kind !== "assumed-role") return show.text(resource);
  return show.text(sessionSet(arn) === null ? `${path[0] ?? ""}/${last}` : last);
}

/** Returns the permission set of an Identity Center session, or null for any other principal. */
function sessionSet(arn: string): string | null {
  const [kind, role = ""] = principalResource(arn)?.split("/") ?? [];
  return kind === "assumed-role" ? permissionSet(role) : null;
}

function principalResource(arn: string): string | null {
  const parsed = parseArn(arn.trim());
  const isPrincipal = parsed !== null && parsed.region === "" && ["iam", "sts"].includes(parsed.service);
  return isPrincipal ? parsed.resource : null;
}
