import { randomBytes } from "node:crypto";
import type { Caller } from "../identity/authenticate.ts";
import { authorize } from "../identity/authorize.ts";
import type { IdentityStore } from "../identity/identity-store.ts";
import { type Principal, type Role, sessionPrincipal } from "../identity/principal.ts";
import { AwsError } from "../protocol/aws-error.ts";

export interface StsDeps {
  identities: IdentityStore;
  /** Returns the time from which the lifetime of credentials counts: callers compare their expiry with their own clock. */
  callerNow: () => number;
}

interface AssumeRoleInput {
  RoleArn: string;
  RoleSessionName: string;
  DurationSeconds?: number;
  SourceIdentity?: string;
}

export const getCallerIdentity = (_deps: StsDeps, caller: Caller): Record<string, unknown> => ({
  Arn: caller.principal.arn,
  UserId: caller.principal.id,
  Account: caller.principal.account,
});

/** One hour: the default MaxSessionDuration of a role, and the maximum for role chaining. */
const MAX_DURATION_SECONDS = 3600;

/**
 * Issues credentials for a role session. Both the caller's policy (checked earlier) and the role's trust policy must
 * allow it; a source identity needs sts:SetSourceIdentity in both. Source: IAM User Guide, "Monitor and control actions
 * taken with assumed roles". Session tags, session policies and MFA have no effect; only their shapes are validated.
 */
export function assumeRole(deps: StsDeps, caller: Caller, input: AssumeRoleInput): Record<string, unknown> {
  const role = deps.identities.findRole(input.RoleArn);
  if (role === undefined || !isTrusted(role, caller.principal)) throw toDenial(caller, "sts:AssumeRole", input.RoleArn);
  if (input.SourceIdentity !== undefined) {
    authorize(caller, "sts:SetSourceIdentity", input.RoleArn);
    if (role.trustsSourceIdentity === false) throw toDenial(caller, "sts:SetSourceIdentity", input.RoleArn);
  }
  const { SourceIdentity: identity, DurationSeconds: seconds = MAX_DURATION_SECONDS } = input;
  if (identity?.startsWith("aws:")) throw new AwsError("ValidationError", "SourceIdentity can't begin with aws:.");
  if (seconds > MAX_DURATION_SECONDS) {
    throw new AwsError(
      "ValidationError",
      caller.principal.kind === "session"
        ? "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
        : "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    );
  }
  const inherited = caller.principal.kind === "session" ? caller.principal.sourceIdentity : undefined;
  const principal = sessionPrincipal(role, input.RoleSessionName, identity ?? inherited);
  const expiresAt = Math.floor(deps.callerNow() / 1000) * 1000 + seconds * 1000;
  const credentials = {
    accessKeyId: `ASIA${randomBytes(10).toString("hex").toUpperCase().slice(0, 16)}`,
    secretAccessKey: randomBytes(30).toString("base64"),
    sessionToken: randomBytes(120).toString("base64"),
  };
  deps.identities.addKey({ ...credentials, principal, allows: role.allows, expiresAt });
  return {
    AssumedRoleUser: { AssumedRoleId: principal.id, Arn: principal.arn },
    Credentials: {
      AccessKeyId: credentials.accessKeyId,
      SecretAccessKey: credentials.secretAccessKey,
      SessionToken: credentials.sessionToken,
      Expiration: new Date(expiresAt).toISOString().replace(".000Z", "Z"),
    },
    ...(identity === undefined ? {} : { SourceIdentity: identity }),
  };
}

function isTrusted(role: Role, principal: Principal): boolean {
  const names = [principal.arn, `arn:aws:iam::${principal.account}:root`];
  if (principal.kind === "session") names.push(principal.roleArn);
  return role.trusts.some((trusted) => names.includes(trusted));
}

function toDenial(caller: Caller, action: string, resource: string): AwsError {
  const text = `User: ${caller.principal.arn} is not authorized to perform: ${action} on resource: ${resource}`;
  return new AwsError("AccessDeniedException", text);
}
