import type { SignedRequest } from "../identity/authenticate.ts";

/** A request with its protocol, not yet checked in any other way. */
export type AwsRequest =
  | { protocol: "json"; version: "1.0" | "1.1"; target: string; operation: string; request: SignedRequest }
  | { protocol: "query"; operation: string; form: URLSearchParams; request: SignedRequest }
  | { protocol: "unknown"; request: SignedRequest };

/** The prefixes of the services that speak each version of the JSON protocol. */
const TARGET_PREFIXES = { "1.0": ["AmazonSQS"], "1.1": ["AmazonSSM", "AWSEvents"] };

/**
 * Determines the protocol and the operation of a request. JSON names the operation in X-Amz-Target, the Query protocol in
 * the form's Action. The operation is empty for a JSON 1.1 target of an unknown service. JSON 1.0 to a service other than SQS, and
 * any other content type, is an unknown protocol.
 */
export function parseAwsRequest(request: SignedRequest): AwsRequest {
  const type = (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  const [, version] = /^application\/x-amz-json-(1\.[01])$/.exec(type ?? "") ?? [];
  if (version === "1.0" || version === "1.1") {
    const target = request.headers.get("x-amz-target") ?? "";
    const [prefix = "", operation = ""] = target.split(".");
    const isKnown = TARGET_PREFIXES[version].includes(prefix);
    if (isKnown || version === "1.1")
      return { protocol: "json", version, target, operation: isKnown ? operation : "", request };
  }
  if (type === "application/x-www-form-urlencoded") {
    const form = new URLSearchParams(request.body);
    return { protocol: "query", operation: form.get("Action") ?? "", form, request };
  }
  return { protocol: "unknown", request };
}
