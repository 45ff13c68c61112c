/**
 * An error reply of an AWS service, thrown by whatever finds the fault and turned into the service's own wire form at the
 * border (`__type` in JSON, `<ErrorResponse>` in the Query protocol).
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
 * Exceptions of the framework under the services, which no service models. They spell their text `message`; modelled SSM
 * exceptions spell it `Message`, and so does SerializationException.
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

/** The JSON body of an error. An error without a text has no text member at all, as with malformed JSON. */
export function toErrorBody(error: AwsError): Record<string, string> {
  if (error.message === "") return { __type: error.code };
  return { __type: error.code, [FRAMEWORK_CODES.has(error.code) ? "message" : "Message"]: error.message };
}
