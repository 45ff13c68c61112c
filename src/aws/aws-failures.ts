import { SSMServiceException } from "@aws-sdk/client-ssm";
import type { AwsFailure } from "../app/ports/aws.ts";
import { neverLeft } from "../core/never-left.ts";
import type { SignalResult } from "../core/signal-attempt.ts";

/** AWS answered, but not in a form that can be understood. */
export class MalformedAnswerError extends Error {
  override readonly name = "MalformedAnswer";
}

/** The request was ready, but its time was over: it was not sent. */
export class TooLateError extends Error {
  override readonly name = "TooLate";
}

/** Errors that need somebody to change something before the same call can succeed. */
const NEEDS_HELP: ReadonlySet<string> = new Set([
  "AccessDeniedException",
  // STS's own word for it. Source: AWS STS API, common errors.
  "AccessDenied",
  "UnrecognizedClientException",
  "InvalidClientTokenId",
  "ExpiredTokenException",
  "InvalidSignatureException",
  "ValidationException",
  "CredentialsProviderError",
]);

/** What an error thrown by an SDK client means for a call that only reads. */
export function readFailure(error: unknown): AwsFailure {
  const { code, message } = describe(error);
  return { kind: "failed", code, message, retry: !NEEDS_HELP.has(code) };
}

/** What an error thrown while a signal was sent says about whether it took effect. */
export function signalFailure(error: unknown): SignalResult {
  const { code, message } = describe(error);
  const answered = isOfAws(error);
  if (answered && error instanceof SSMServiceException && (error.$metadata.httpStatusCode ?? 500) < 500) {
    return { kind: "refused", code, message };
  }
  if (error instanceof TooLateError || code === "CredentialsProviderError" || neverLeft(error))
    return { kind: "not-sent", code, message };
  return { kind: "ambiguous", answered, code, message };
}

/** An error's code and its words, without the request it belonged to. */
export function describe(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: "Unknown", message: String(error) };
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return describe(error.errors[0]);
  if (error instanceof SyntaxError) return { code: "MalformedAnswer", message: "AWS's answer could not be understood" };
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  return { code, message: error.message || error.name };
}

/**
 * Whether AWS itself answered: with an error that has a name, under an id of its own. A proxy between may answer while
 * what it passed on is still on its way; the SDK makes a service's exception of that too, but calls it "Unknown", or a
 * SyntaxError where it is a page. Source: AWS JSON 1.1 protocol, "Operation error serialization".
 */
function isOfAws(error: unknown): boolean {
  if (!(error instanceof Error) || !("$fault" in error) || error.name === "Unknown") return false;
  const { $metadata } = error as { $metadata?: { requestId?: string } };
  return $metadata?.requestId !== undefined;
}
