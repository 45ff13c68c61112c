import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { MalformedAnswerError } from "./aws-failures.ts";

/** What a role's session is used with. `expiration` is the end of it. */
export interface SessionCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  expiration: Date;
}

/** An hour: the most when a role assumes a role. Source: AWS STS API, AssumeRole, DurationSeconds. */
const SESSION_SECONDS = 3600;

/** Shorter than for other calls: an approval waits meanwhile, under a lease. */
const TIMEOUTS = { connectionTimeout: 3_000, requestTimeout: 5_000, throwOnRequestTimeout: true };

export function makeStsClient(region: string): STSClient {
  return new STSClient({ region, maxAttempts: 2, requestHandler: TIMEOUTS });
}

/** Assumes a role. Throws what the SDK throws. `sourceIdentity` stays with the session in CloudTrail. */
export async function assumeRole(
  client: STSClient,
  role: { arn: string; session: string; sourceIdentity?: string },
  abortSignal?: AbortSignal,
): Promise<SessionCredentials> {
  const { Credentials: found } = await client.send(
    new AssumeRoleCommand({
      RoleArn: role.arn,
      RoleSessionName: role.session,
      DurationSeconds: SESSION_SECONDS,
      ...(role.sourceIdentity === undefined ? {} : { SourceIdentity: role.sourceIdentity }),
    }),
    abortSignal === undefined ? {} : { abortSignal },
  );
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = found ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || !(Expiration instanceof Date))
    throw new MalformedAnswerError("AssumeRole's answer lacks credentials");
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    expiration: Expiration,
  };
}
