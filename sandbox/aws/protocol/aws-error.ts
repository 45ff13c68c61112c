/**
 * An error reply of an AWS service. `write-reply.ts` encodes it for the protocol: `__type` in JSON, `<ErrorResponse>`
 * in the Query protocol.
 */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message = "", status = 400) {
    super(message);
    this.name = "AwsError";
    this.code = code;
    this.status = status;
  }
}

/**
 * Exceptions of the framework below the services; no service model lists them. Their text member is `message`. In
 * modeled SSM exceptions and in SerializationException it is `Message`.
 */
const FRAMEWORK_CODES = new Set([
  "ValidationException",
  "ThrottlingException",
  "AccessDeniedException",
  "UnrecognizedClientException",
  "MissingAuthenticationTokenException",
  "IncompleteSignatureException",
  "InvalidSignatureException",
  "ExpiredTokenException",
  "UnknownOperationException",
]);

/** Returns the JSON body of an error. Without a message (for malformed JSON, for example) it has no message member. */
export function toErrorBody(error: AwsError): Record<string, string> {
  if (error.message === "") return { __type: error.code };
  return { __type: error.code, [FRAMEWORK_CODES.has(error.code) ? "message" : "Message"]: error.message };
}
