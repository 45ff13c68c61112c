import type { STSClient } from "@aws-sdk/client-sts";
import { assumeRole } from "./sts.ts";

/** The name of the read session in CloudTrail. */
const SESSION = "countersign";

/**
 * Provides credentials of the role for reading, assumed with those of the client. The SDK's client keeps them and asks for new
 * ones five minutes before they expire, so credentials without an expiry would be used forever: they are an error.
 */
export const makeReadCredentials = (client: STSClient, arn: string) => () =>
  assumeRole(client, arn, { id: undefined, session: SESSION });
