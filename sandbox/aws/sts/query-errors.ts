import { AwsError } from "../protocol/aws-error.ts";

/** The names that the Query protocol has for what the JSON services call otherwise, and their HTTP status. */
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

export function toQueryError(error: AwsError): AwsError {
  const renamed = QUERY_CODES[error.code];
  if (renamed === undefined) return error;
  const text =
    error.code === "MissingAuthenticationTokenException" ? "Request is missing Authentication Token" : error.message;
  return new AwsError(renamed[0], text, renamed[1]);
}
