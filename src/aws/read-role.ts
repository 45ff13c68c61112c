import type { STSClient } from "@aws-sdk/client-sts";
import { assumeRole } from "./sts.ts";

/** The name of the read session in CloudTrail. */
const SESSION = "countersign";

/** With less than this left, new credentials are requested, in milliseconds. The SDK's client asks from then on, for each call. */
const RENEW_BEFORE_MS = 5 * 60_000;
/** With less than this left, a call waits for new credentials: AWS checks them when the call arrives. */
const MIN_REMAINING_MS = 60_000;
/** The time between two renewals that fail while the credentials are still used. */
const RETRY_MS = 10_000;

type Credentials = Awaited<ReturnType<typeof assumeRole>>;

/**
 * Provides credentials of the role for reading, assumed with those of the client. Their states:
 *
 *   none, or ending     less than MIN_REMAINING_MS left: a call waits for new ones, and fails if AWS refuses them
 *   renewing            less than RENEW_BEFORE_MS left: calls use them while new ones are requested; after a failure, again
 *                       after RETRY_MS
 *   fresh               until RENEW_BEFORE_MS are left
 *
 * Simultaneous calls share one request. Credentials without an expiry would be used forever: they are an error.
 * `now` is the clock of the SDK, which decides when to ask.
 */
export function makeReadCredentials(
  client: Pick<STSClient, "send">,
  arn: string,
  now: () => number = () => Date.now(),
) {
  let kept: Credentials | null = null;
  let renewal: Promise<Credentials> | null = null;
  let retryAt = 0;
  const renew = () => {
    renewal ??= assumeRole(client, arn, { id: undefined, session: SESSION })
      .then((renewed) => {
        kept = renewed;
        return renewed;
      })
      .finally(() => {
        renewal = null;
      });
    return renewal;
  };
  return async (): Promise<Credentials> => {
    const remainingMs = kept === null ? 0 : kept.expiration.getTime() - now();
    if (kept === null || remainingMs < MIN_REMAINING_MS) return renew();
    if (remainingMs < RENEW_BEFORE_MS && renewal === null && (now() >= retryAt || now() < retryAt - RETRY_MS)) {
      retryAt = now() + RETRY_MS;
      // The failure counts in the metrics of calls, and concerns no call before the credentials end.
      renew().catch(() => undefined);
    }
    return kept;
  };
}
