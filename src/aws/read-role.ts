import { assumeRole, makeStsClient, type SessionCredentials } from "./sessions.ts";

/** The session's name in CloudTrail for what the bot only reads. */
const SESSION = "countersign";

/** Credentials of the role for reading. The SDK asks again before they expire. */
export function makeReadCredentials(
  region: string,
  arn: string,
): { provider: () => Promise<SessionCredentials>; close(): void } {
  const client = makeStsClient(region);
  return { provider: () => assumeRole(client, { arn, session: SESSION }), close: () => client.destroy() };
}
