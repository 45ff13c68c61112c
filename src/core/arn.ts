/** Everything that reads ARNs. Source of the forms: IAM User Guide, "IAM identifiers". */

export interface Arn {
  partition: string;
  service: string;
  region: string;
  account: string;
  /** May contain colons and slashes. */
  resource: string;
}

const ARN = /^arn:([^:]*):([^:]*):([^:]*):([^:]*):(.+)$/s;
const ROLE = /^arn:([\w-]+):iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/i;
const ROLE_SESSION = /^arn:([\w-]+):sts::(\d{12}):assumed-role\/([^/]+)\/([^/]+)$/i;
/** Source: AWS documentation, IAM Identity Center; its roles are named AWSReservedSSO_<permission set>_<16 hex digits>. */
const IDENTITY_CENTER_ROLE = /^AWSReservedSSO_(.+)_[0-9a-f]{16}$/i;

/** Splits an ARN; null if the text is none. */
export function parseArn(text: string): Arn | null {
  const match = ARN.exec(text);
  if (match === null) return null;
  const [, partition = "", service = "", region = "", account = "", resource = ""] = match;
  return { partition, service, region, account, resource };
}

/** Returns the account of an ARN; null where the text names none. */
export function parseAccount(arn: string | null): string | null {
  return (arn === null ? null : parseArn(arn)?.account) || null;
}

/** Returns the role's ARN of a role session's ARN, without the path, which a session's ARN lacks; any other ARN as it is. */
export function toRoleArn(arn: string): string {
  const match = ROLE_SESSION.exec(arn);
  return match === null ? arn : `arn:${match[1]}:iam::${match[2]}:role/${match[3]}`;
}

/**
 * Tells whether an ARN of the configuration means an ARN that AWS reports. A role's ARN means the role and every session of it;
 * a session's ARN has no path, and role names are unique within an account, so the path is ignored. A session's ARN means that session alone. The comparison
 * ignores case: two users or roles whose names differ only in case cannot both exist. A wrong match denies an approval; a
 * missed match would allow a self-approval.
 */
export function arnMatches(listed: string, reported: string): boolean {
  const [a, b] = [listed.toLowerCase(), reported.toLowerCase()];
  if (a === b) return true;
  const role = ROLE.exec(a);
  const reportedRole = ROLE_SESSION.exec(b) ?? ROLE.exec(b);
  return role !== null && reportedRole !== null && [1, 2, 3].every((part) => role[part] === reportedRole[part]);
}

/**
 * Returns the address in the name of an IAM Identity Center session, or null. Only Identity Center chooses the names of
 * its sessions; a person who assumes any other role chooses the session's name freely.
 */
export function identityCenterEmail(arn: string): string | null {
  const [, , , role = "", session = ""] = ROLE_SESSION.exec(arn) ?? [];
  return IDENTITY_CENTER_ROLE.test(role) && /^[^\s@]+@[^\s@]+$/.test(session) ? session : null;
}

/**
 * Returns the part of a requester's ARN that the requester does not choose, so that nobody counts as several: the role of a
 * session, except where Identity Center chose the session's name. Empty if the requester is unknown.
 */
export function toRequesterKey(executedBy: string | null): string {
  if (executedBy === null) return "";
  return identityCenterEmail(executedBy) === null ? toRoleArn(executedBy) : executedBy;
}

/** Returns the permission set behind an Identity Center role; null for any other role. */
export function permissionSet(role: string): string | null {
  return IDENTITY_CENTER_ROLE.exec(role)?.[1] ?? null;
}

/** Finds the ARNs of users, roles and sessions within a text. */
export function findPrincipalArns(text: string): string[] {
  return text.match(/arn:aws[\w-]*:(?:iam|sts)::\d*:[\w+=,.@/-]*[\w+=@/-]/g) ?? [];
}

/** Finds the names of role sessions within a text, in lower case. `roleArn`: only those of the role with its name; null: of any role. */
export function findSessionNames(text: string, roleArn: string | null = null): string[] {
  const role = roleArn?.split("/").at(-1)?.toLowerCase();
  const matches = text.matchAll(/:assumed-role\/([\w+=,.@-]+)\/([\w+=,.@-]+)/g);
  return [...matches].flatMap(([, own, session]) =>
    session !== undefined && (role === undefined || own?.toLowerCase() === role) ? session.toLowerCase() : [],
  );
}
