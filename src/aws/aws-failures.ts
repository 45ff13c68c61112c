import https from "node:https";
import { SSMServiceException } from "@aws-sdk/client-ssm";
import type { AwsFailure } from "../app/ports/aws.ts";
import { neverLeft } from "../core/never-left.ts";
import { withProxy } from "../core/proxy-failure.ts";
import type { SignalResult } from "../core/signal-attempt.ts";

/** AWS replied in a form that cannot be parsed. */
export class MalformedAnswerError extends Error {
  override readonly name = "MalformedAnswer";
}

/** The request was ready only after its time limit, so it was not sent. */
export class TooLateError extends Error {
  override readonly name = "TooLate";
}

/** Error codes that a retry cannot fix: an admin must change something first. */
const NEEDS_HELP: ReadonlySet<string> = new Set([
  "AccessDeniedException",
  "UnrecognizedClientException",
  "ExpiredTokenException",
  "InvalidSignatureException",
  // The codes of STS for the same. Source: AWS STS API, common errors.
  "AccessDenied",
  "InvalidClientTokenId",
  "ExpiredToken",
  "SignatureDoesNotMatch",
  "ValidationException",
  "CredentialsProviderError",
]);

/** Translates an error of an SDK client after a call that only reads. */
export function readFailure(error: unknown): AwsFailure {
  const { code, message } = describe(error);
  return { kind: "failed", code, message, retry: !NEEDS_HELP.has(code) };
}

/** Translates an error while a signal was sent: whether the signal can have taken effect. */
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

/** Returns the code and message of an error, without the request that it belongs to. */
export function describe(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: "Unknown", message: String(error) };
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return describe(error.errors[0]);
  if (error instanceof SyntaxError) return { code: "MalformedAnswer", message: "AWS's reply could not be parsed" };
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  return {
    code,
    message: withProxy(error.message || error.name, error, https.globalAgent.options.proxyEnv?.HTTPS_PROXY),
  };
}

/**
 * Tells whether AWS itself replied: with a named error and a request id. A proxy can reply while the request that it
 * passed on is still in flight. The SDK makes a service exception of that too, named "Unknown", or a SyntaxError if the
 * reply is a page. Source: AWS JSON 1.1 protocol, "Operation error serialization".
 */
function isOfAws(error: unknown): boolean {
  if (!(error instanceof Error) || !("$fault" in error) || error.name === "Unknown") return false;
  const { $metadata } = error as { $metadata?: { requestId?: string } };
  return $metadata?.requestId !== undefined;
}
