import type { SignedRequest } from "../identity/authenticate.ts";

/** A request with its protocol, not yet checked in any other way. */
export type AwsRequest =
  | { protocol: "json"; target: string; operation: string; request: SignedRequest }
  | { protocol: "query"; operation: string; form: URLSearchParams; request: SignedRequest }
  | { protocol: "unknown"; request: SignedRequest };

const TARGET_PREFIXES = ["AmazonSSM", "AWSEvents"];

/**
 * Determines the protocol and the operation of a request. JSON 1.1 names the operation in X-Amz-Target, the Query
 * protocol in the form's Action. The operation is empty for a JSON target of another service. Any other content type is
 * an unknown protocol.
 */
export function parseAwsRequest(request: SignedRequest): AwsRequest {
  const type = (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  if (type === "application/x-amz-json-1.1") {
    const target = request.headers.get("x-amz-target") ?? "";
    const [prefix = "", operation = ""] = target.split(".");
    return { protocol: "json", target, operation: TARGET_PREFIXES.includes(prefix) ? operation : "", request };
  }
  if (type === "application/x-www-form-urlencoded") {
    const form = new URLSearchParams(request.body);
    return { protocol: "query", operation: form.get("Action") ?? "", form, request };
  }
  return { protocol: "unknown", request };
}
