import type { NameRenderer } from "../../src/core/name-renderer.ts";
import {
  type AddressOwner,
  findRequester,
  type Identities,
  type Requester,
  requesterEmail,
} from "../../src/core/requester.ts";

const A = "111122223333";
export const iam = (resource: string, account = A) => `arn:aws:iam::${account}:${resource}`;
export const sts = (resource: string) => `arn:aws:sts::${A}:${resource}`;
export const user = iam("user/ops/jane");
export const role = iam("role/ci/Deploy");
export const session = sts("assumed-role/Deploy/run-1");
export const SSO_ROLE = "AWSReservedSSO_Operator_0123456789abcdef";
export const sso = (name: string) => sts(`assumed-role/${SSO_ROLE}/${name}`);

const asIs = (text: string) => text;
export const PLAIN: NameRenderer = {
  user: asIs,
  group: asIs,
  channel: asIs,
  text: asIs,
  word: asIs,
  link: (_url, label) => label,
  strong: asIs,
};

/** Finds the requester of an execution without a parent, whose address has this owner. */
export function findRequesterByArn(
  executedBy: string | null,
  identities: Identities = {},
  owner: AddressOwner | null = null,
): Requester {
  const email = requesterEmail(executedBy);
  const addressOwners = email === null || owner === null ? {} : { [email]: owner };
  return findRequester({ facts: { executedBy }, addressOwners }, identities);
}
