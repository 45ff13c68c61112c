import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import type { AwsCalls } from "../app/ports/aws.ts";
import { MalformedAnswerError } from "./aws-failures.ts";
import { observeCalls } from "./observe-calls.ts";
import { SESSION_SECONDS, stsOptions } from "./sts.ts";
import { UNCOUNTED } from "./uncounted.ts";

/** The name of the read session in CloudTrail. */
const SESSION = "countersign";

/**
 * Provides credentials of the role for reading, assumed with the bot's own. The SDK's client keeps them and asks for new
 * ones five minutes before they expire, so credentials without an expiry would be used forever: they are an error.
 */
export function makeReadCredentials(region: string, arn: string, calls: AwsCalls = UNCOUNTED) {
  const assume = fromTemporaryCredentials({
    clientPlugins: [observeCalls(calls)],
    params: { RoleArn: arn, RoleSessionName: SESSION, DurationSeconds: SESSION_SECONDS },
    clientConfig: {
      region,
      // The provider offers no way to close its client, so no connection may outlive its call.
      ...stsOptions({ keepAlive: false }),
    },
  });
  return async () => {
    const credentials = await assume();
    if (credentials.expiration === undefined) throw new MalformedAnswerError("AssumeRole's answer lacks an expiry");
    return credentials;
  };
}
