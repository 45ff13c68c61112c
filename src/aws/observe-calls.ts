import type { SSMClient } from "@aws-sdk/client-ssm";
import type { AwsCallResult, AwsCalls } from "../app/ports/aws.ts";
import { describe, TooLateError } from "./aws-failures.ts";
import { isThrottled } from "./pace.ts";

/** Error codes that an admin must fix: of a permission or of credentials. */
const DENIED =
  /^(?:AccessDenied|UnrecognizedClient|InvalidClientTokenId|ExpiredToken|InvalidSignature|SignatureDoesNotMatch)/;

/** Returns a plugin of any SDK client that reports each attempt of a call, including the client's own retries. */
export const observeCalls = (calls: AwsCalls) => ({
  // The stack's type depends on the client, which this middleware does not use.
  applyToStack(stack: unknown): void {
    (stack as SSMClient["middlewareStack"]).add(
      (next, { commandName = "" }) =>
        async (sending) => {
          const called = (result: AwsCallResult) => calls.called(commandName.replace(/Command$/, ""), result);
          try {
            const reply = await next(sending);
            called("ok");
            return reply;
          } catch (error) {
            if (!(error instanceof TooLateError)) called(toResult(error));
            throw error;
          }
        },
      // Outside of the parser of replies, inside of the retries.
      { step: "deserialize", priority: "high", name: "observeCalls", override: true },
    );
  },
});

function toResult(error: unknown): AwsCallResult {
  const { httpStatusCode: status } = (error as { $metadata?: { httpStatusCode?: number } }).$metadata ?? {};
  if (isThrottled(error)) return "throttled";
  if (DENIED.test(describe(error).code)) return "denied";
  if (status === undefined) return "unreachable";
  return status < 500 ? "refused" : "failed";
}
