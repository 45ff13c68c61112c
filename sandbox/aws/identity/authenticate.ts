import { AwsError } from "../protocol/aws-error.ts";
import { parseAuthorization, verifySignature } from "../protocol/signature.ts";
import type { IdentityStore } from "./identity-store.ts";
import type { Principal } from "./principal.ts";
import type { AccessKey } from "./seeded-identities.ts";

/** A caller whose signature holds, and the account and Region that the call is for. */
export interface Caller {
  principal: Principal;
  allows: string[];
  account: string;
  region: string;
}

/** The request as signed: SigV4 covers the method, path, query, headers and body. */
export interface SignedRequest {
  method: string;
  path: string;
  query: string;
  headers: Headers;
  body: string;
}

const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;

/**
 * Tells who calls and for which Region from the SigV4 header; throws as the service answers a caller that it cannot tell.
 * `machineNow` is the machine's time, since callers sign, and credentials expire, by clocks that nobody moves.
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
  return { principal: key.principal, allows: key.allows, account: key.principal.account, region: scope.region };
}

/** Keys that were issued with a token are worth nothing without it; a seeded key may come with any token. */
function hasValidToken(key: AccessKey, headers: Headers): boolean {
  return key.sessionToken === undefined || headers.get("x-amz-security-token") === key.sessionToken;
}
