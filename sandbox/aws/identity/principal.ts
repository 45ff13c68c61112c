/** A caller: an IAM user or a session of a role. */
export type Principal =
  | { kind: "user"; arn: string; account: string; userName: string; id: string }
  | {
      kind: "session";
      arn: string;
      account: string;
      roleArn: string;
      sessionName: string;
      id: string;
      /** The SourceIdentity passed to AssumeRole. CloudTrail shows it with every call of the session. */
      sourceIdentity?: string;
    };

/** A role for AssumeRole. */
export interface Role {
  arn: string;
  /** Unique id, `AROA...`. The user id of a session is `ID:SESSION`. */
  id: string;
  /** IAM actions, with `*` as a wildcard: `ssm:Describe*`. */
  allows: string[];
  /**
   * ARNs that may assume the role: a principal, a role (any session of it), or an account's root (any principal of it).
   */
  trusts: string[];
  /** Whether the trust policy also allows sts:SetSourceIdentity. Default: yes. */
  trustsSourceIdentity?: boolean | undefined;
}

/** Makes the principal of a user: `arn:aws:iam::ACCOUNT:user/NAME`. */
export function userPrincipal(account: string, userName: string): Principal {
  const arn = `arn:aws:iam::${account}:user/${userName}`;
  return { kind: "user", arn, account, userName, id: `AIDA${userName.toUpperCase().replace(/\W/g, "")}${account}` };
}

/**
 * Makes the principal of a role session. A role's ARN can have a path (`role/aws-reserved/sso.amazonaws.com/NAME`). A
 * session's ARN has none: `arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION`.
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
 * Returns whether an approver in the list of aws:approve matches a principal. The documentation of Approvers lists four
 * forms: a user name, a user's ARN, a role's ARN (any session of it), and an assumed-role ARN.
 */
export function matchesPrincipal(approver: string, principal: Principal): boolean {
  if (approver === principal.arn) return true;
  return principal.kind === "user" ? approver === principal.userName : approver === principal.roleArn;
}
