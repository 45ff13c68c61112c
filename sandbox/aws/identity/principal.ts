/** Who calls: an IAM user, or a session of a role. */
export type Principal =
  | { kind: "user"; arn: string; account: string; userName: string; id: string }
  | {
      kind: "session";
      arn: string;
      account: string;
      roleArn: string;
      sessionName: string;
      id: string;
      /** As AssumeRole was given it; CloudTrail shows it with every call of the session. */
      sourceIdentity?: string;
    };

/** A role that can be assumed. */
export interface Role {
  arn: string;
  /** Unique id, `AROA...`; a session's user id is `ID:SESSION`. */
  id: string;
  /** IAM actions, `*` allowed as a wildcard: `ssm:Describe*`. */
  allows: string[];
  /** ARNs that may assume it: a principal, a role (any of its sessions), or an account's root (everybody there). */
  trusts: string[];
}

/** `arn:aws:iam::ACCOUNT:user/NAME`. */
export function userPrincipal(account: string, userName: string): Principal {
  const arn = `arn:aws:iam::${account}:user/${userName}`;
  return { kind: "user", arn, account, userName, id: `AIDA${userName.toUpperCase().replace(/\W/g, "")}${account}` };
}

/**
 * A session of a role. A role may have a path (`role/aws-reserved/sso.amazonaws.com/NAME`), the session's ARN has not:
 * `arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION`.
 */
export function sessionPrincipal(role: Role, sessionName: string, sourceIdentity?: string): Principal {
  const account = role.arn.split(":")[4] ?? "";
  const roleName = role.arn.slice(role.arn.lastIndexOf("/") + 1);
  return {
    kind: "session",
    arn: `arn:aws:sts::${account}:assumed-role/${roleName}/${sessionName}`,
    account,
    roleArn: role.arn,
    sessionName,
    id: `${role.id}:${sessionName}`,
    ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
  };
}

/**
 * Whether `named` (a user name, a user's ARN, a role's ARN or an assumed-role ARN) means this principal. These are the
 * four forms that the documentation of aws:approve gives for Approvers; a role's ARN means every session of it.
 */
export function matchesPrincipal(named: string, principal: Principal): boolean {
  if (named === principal.arn) return true;
  return principal.kind === "user" ? named === principal.userName : named === principal.roleArn;
}
