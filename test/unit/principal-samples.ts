import type { NameRenderer } from "../../src/core/name-renderer.ts";
import type { AddressOwner } from "../../src/core/requester.ts";

const A = "111122223333";
export const iam = (resource: string, account = A) => `arn:aws:iam::${account}:${resource}`;
export const sts = (resource: string) => `arn:aws:sts::${A}:${resource}`;
export const user = iam("user/ops/jane");
export const role = iam("role/ci/Deploy");
export const session = sts("assumed-role/Deploy/run-1");
export const SSO_ROLE = "AWSReservedSSO_Operator_0123456789abcdef";
export const sso = (name: string) => sts(`assumed-role/${SSO_ROLE}/${name}`);

const asIs = (text: string) => text;
export const PLAIN: NameRenderer = { user: asIs, group: asIs, channel: asIs, text: asIs, word: asIs, strong: asIs };

export const NO_OWNER: AddressOwner = { kind: "none" };
