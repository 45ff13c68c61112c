import { AwsError } from "../protocol/aws-error.ts";
import { parseAuthorization, verifySignature } from "../protocol/signature.ts";
import type { IdentityStore } from "./identity-store.ts";
import type { Principal } from "./principal.ts";
import type { AccessKey } from "./seeded-identities.ts";

/** A caller with a valid signature, and the account and Region of the call. */
export interface Caller {
  principal: Principal;
  allows: string[];
  account: string;
  region: string;
  /** The base URL that the caller has used, such as `http://localhost:4566`. */
  endpoint: string;
}

/** The signed parts of a request: SigV4 covers the method, path, query, headers and body. */
export interface SignedRequest {
  method: string;
  path: string;
  query: string;
  headers: Headers;
  body: string;
}

const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;

/**
 * Identifies the caller and the Region from the SigV4 header. Throws the service's error for an unknown caller or an
 * invalid signature. `machineNow` returns the machine's time: callers sign by their own clocks, and credentials expire
 * by them, so moving the sandbox's clock must not affect either.
 */
export function authenticate(
  deps: { identities: IdentityStore; machineNow: () => number },
  request: SignedRequest,
  service: string,
): Caller {
  const scope = parseAuthorization(request.headers.get("authorization") ?? undefined);
  if (scope.service !== service) {
    throw new AwsError("InvalidSignatureException", `Credential should be scoped to correct service: '${service}'. `);
  }
  if (!REGION.test(scope.region)) {
    throw new AwsError("InvalidSignatureException", "Credential should be scoped to a valid region. ");
  }
  const key = deps.identities.findKey(scope.accessKeyId);
  if (key === undefined || !hasValidToken(key, request.headers)) {
    throw new AwsError("UnrecognizedClientException", "The security token included in the request is invalid.");
  }
  const now = deps.machineNow();
  verifySignature(scope, key.secretAccessKey, request, now);
  if (key.expiresAt !== undefined && key.expiresAt <= now) {
    throw new AwsError("ExpiredTokenException", "The security token included in the request is expired");
  }
  const { principal, allows } = key;
  const endpoint = `http://${request.headers.get("host")}`;
  return { principal, allows, account: principal.account, region: scope.region, endpoint };
}

/** Returns whether a call has the token of its key. Temporary keys need theirs; seeded keys accept any token. */
function hasValidToken(key: AccessKey, headers: Headers): boolean {
  return key.sessionToken === undefined || headers.get("x-amz-security-token") === key.sessionToken;
}
