import { parseArn, toRoleArn } from "./arn.ts";
import { isPause, type RequestFacts } from "./request.ts";

/**
 * Whether AWS accepts a signal of a principal, by the step's `Approvers`. AWS documents user names and the ARNs of users,
 * roles and assumed roles as entries. Source: AWS documentation, aws:approve, "Approvers".
 *   listed    an entry names the principal
 *   unlisted  every entry names another principal
 *   unknown   an entry may name it: a role with a path, a group, a session, or a text with {{ }} that AWS replaces
 */
export type Listing = "listed" | "unlisted" | "unknown";

interface Principal {
  kind: "user" | "role";
  partition: string;
  account: string;
  /** Null where AWS does not report it: the ARN of a session has none. */
  path: string | null;
  name: string;
  /** The name of a role's session; null: any session. */
  session: string | null;
}

/** The characters that AssumeRole allows in RoleSessionName and SourceIdentity. Source: AWS STS API, AssumeRole. */
export const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;
/** The names of approvers' sessions: an email address or a Slack id. */
const PERSON_NAME = /@|^[UW][A-Z0-9]+$/i;

/**
 * Compares a step's Approvers with the principal that would sign: the ARN of a user, of a role (for a session whose name is
 * unknown) or of a session. `roleArn` is that of the approvers' role, where people sign: a session of it can have any
 * person's name.
 */
export function findListing(approvers: readonly string[], arn: string | null, roleArn: string | null = null): Listing {
  const signer = arn === null ? null : parsePrincipal(arn);
  if (signer === null || approvers.length === 0) return "unknown";
  const role = roleArn === null ? null : parsePrincipal(roleArn);
  const full = {
    ...signer,
    path: signer.path ?? role?.path ?? null,
    isAnyPerson: role !== null && signer.session === null,
  };
  const results = approvers.map((entry) => compare(entry.trim(), full));
  if (results.includes("listed")) return "listed";
  return results.includes("unknown") ? "unknown" : "unlisted";
}

/** Returns the ARN of a role's session. It lacks the role's path. */
export function toSessionArn(roleArn: string, session: string): string | null {
  const role = parsePrincipal(roleArn);
  return role?.kind === "role"
    ? `arn:${role.partition}:sts::${role.account}:assumed-role/${role.name}/${session}`
    : null;
}

/** Returns the line to add to the Approvers of a runbook: a session of a role is covered by the role. */
export const toApproverLine = (arn: string): string => `- ${toRoleArn(arn)}`;

export type ListingFacts = Pick<RequestFacts, "action" | "awsApprovers" | "signer">;

/** Tells whether AWS accepts a signal for the request; `unlisted`: from no person. A pause lists nobody: AWS accepts every principal. */
export function requestListing(facts: ListingFacts): Listing {
  return isPause(facts) ? "listed" : findListing(facts.awsApprovers, facts.signer?.arn ?? null, approverRole(facts));
}

/** Returns the principal that signs if this person decides; null if it is unknown. */
export function signingPrincipal({ signer }: ListingFacts, session: string): string | null {
  if (signer === undefined) return null;
  return signer.kind === "bot" ? signer.arn : toSessionArn(signer.arn, session);
}

/** Tells whether AWS accepts a signal for the request if this person decides. */
export function personListing(facts: ListingFacts, session: string): Listing {
  if (isPause(facts)) return "listed";
  return findListing(facts.awsApprovers, signingPrincipal(facts, session), approverRole(facts));
}

const approverRole = ({ signer }: ListingFacts) => (signer?.kind === "approvers" ? signer.arn : null);

type Candidate = Principal & { isAnyPerson: boolean };

function compare(entry: string, signer: Candidate): Listing {
  // No name, but a reference, a pattern, a hidden value or several entries in one text.
  if (!/^[\w+=.@:/-]+$/.test(entry)) return "unknown";
  if (!entry.includes(":")) return compareName(entry, signer);
  const listed = parsePrincipal(entry);
  if (listed === null) return "unknown";
  if (listed.kind !== signer.kind || listed.account !== signer.account) return "unlisted";
  if (!isEqual(listed.name, signer.name)) return "unlisted";
  // AWS does not document whether it compares paths, or the case of letters.
  if (listed.name !== signer.name || listed.partition !== signer.partition) return "unknown";
  if (signer.kind === "user") return listed.path === signer.path ? "listed" : "unknown";
  if ((listed.path ?? "/") !== "/" || (signer.path ?? "/") !== "/") return "unknown";
  if (listed.session === null) return "listed";
  if (signer.session === null) return "unknown";
  if (listed.session === signer.session) return "listed";
  return isEqual(listed.session, signer.session) ? "unknown" : "unlisted";
}

/** AWS documents a name as that of a user. Whether it accepts a role's or a session's name is unknown. */
function compareName(entry: string, { kind, name, session, isAnyPerson }: Candidate): Listing {
  if (kind === "user") return entry === name ? "listed" : isEqual(entry, name) ? "unknown" : "unlisted";
  if (isAnyPerson && SESSION_NAME.test(entry) && PERSON_NAME.test(entry)) return "unknown";
  return isEqual(entry, name) || (session !== null && isEqual(entry, session)) ? "unknown" : "unlisted";
}

const isEqual = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

/** Parses the ARN of a user, a role or a role session; null for any other text, such as the ARN of a group. */
function parsePrincipal(text: string): Principal | null {
  const arn = parseArn(text);
  if (arn === null || arn.region !== "") return null;
  const { partition, account, service, resource } = arn;
  const common = { partition, account };
  const [, kind, path = "", name = ""] = /^(user|role)(\/(?:.*\/)?)([^/]+)$/s.exec(resource) ?? [];
  if (service === "iam" && (kind === "user" || kind === "role")) return { ...common, kind, path, name, session: null };
  const [, role, session] = /^assumed-role\/([^/]+)\/([^/]+)$/s.exec(resource) ?? [];
  if (service !== "sts" || role === undefined || session === undefined) return null;
  return { ...common, kind: "role", path: null, name: role, session };
}
