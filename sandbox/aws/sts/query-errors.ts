import { AwsError } from "../protocol/aws-error.ts";

/** Maps error codes of the JSON services to those of the Query protocol, with their HTTP status. */
const QUERY_CODES: Record<string, [code: string, status: number]> = {
  MissingAuthenticationTokenException: ["MissingAuthenticationToken", 403],
  IncompleteSignatureException: ["IncompleteSignature", 400],
  InvalidSignatureException: ["SignatureDoesNotMatch", 403],
  UnrecognizedClientException: ["InvalidClientTokenId", 403],
  ExpiredTokenException: ["ExpiredToken", 403],
  AccessDeniedException: ["AccessDenied", 403],
  ThrottlingException: ["Throttling", 400],
  ValidationException: ["ValidationError", 400],
  InternalServerError: ["InternalFailure", 500],
};

/** Translates an error of the JSON services to the Query protocol; other errors stay as they are. */
export function toQueryError(error: AwsError): AwsError {
  const renamed = QUERY_CODES[error.code];
  if (renamed === undefined) return error;
  const text =
    error.code === "MissingAuthenticationTokenException" ? "Request is missing Authentication Token" : error.message;
  return new AwsError(renamed[0], text, renamed[1]);
}
