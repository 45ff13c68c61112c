import { AssumeRoleCommand, type STSClient } from "@aws-sdk/client-sts";
import { MalformedAnswerError } from "./aws-failures.ts";
import { type makeAgents, makeRequestHandler } from "./request-handler.ts";

/** Source: AWS STS API, AssumeRole, DurationSeconds: an hour is the maximum when a role assumes a role. */
const SESSION_SECONDS = 3600;

/** For AssumeRole. The timeouts are shorter than for other calls: an approval waits for the call, under a lease. */
export const stsOptions = (agents?: ReturnType<typeof makeAgents>) => ({
  maxAttempts: 2,
  requestHandler: makeRequestHandler({ requestTimeout: 5_000, ...(agents === undefined ? {} : { agents }) }),
});

/**
 * Assumes the role. CloudTrail keeps the Slack user id, which never changes, as the source identity; doctor also assumes the
 * role without one. Throws the SDK's errors.
 */
export async function assumeRole(
  client: Pick<STSClient, "send">,
  roleArn: string,
  { id, session }: { id: string | undefined; session: string },
  abort?: AbortSignal,
) {
  const { Credentials } = await client.send(
    new AssumeRoleCommand({
      RoleArn: roleArn,
      RoleSessionName: session,
      DurationSeconds: SESSION_SECONDS,
      SourceIdentity: id,
    }),
    abort === undefined ? {} : { abortSignal: abort },
  );
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || !(Expiration instanceof Date))
    throw new MalformedAnswerError("AssumeRole's answer lacks credentials");
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    expiration: Expiration,
  };
}
