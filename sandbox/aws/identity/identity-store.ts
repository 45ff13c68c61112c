import type { Role } from "./principal.ts";
import { type AccessKey, seededKeys, seededRoles } from "./seeded-identities.ts";

/**
 * The keys and roles of the stand-in: the seeded ones, the keys that AssumeRole issues, and the roles that tests add.
 */
export interface IdentityStore {
  findKey(accessKeyId: string): AccessKey | undefined;
  findRole(arn: string): Role | undefined;
  addKey(key: AccessKey): void;
  /** Adds a role, or replaces the role with the same ARN. */
  addRole(role: Role): void;
  listKeys(): AccessKey[];
  reset(): void;
}

export function makeIdentityStore(): IdentityStore {
  let keys = new Map<string, AccessKey>();
  let roles = new Map<string, Role>();
  const reset = () => {
    keys = new Map(seededKeys.map((each) => [each.accessKeyId, each]));
    roles = new Map(seededRoles.map((each) => [each.arn, each]));
  };
  reset();
  return {
    findKey: (accessKeyId) => keys.get(accessKeyId),
    findRole: (arn) => roles.get(arn),
    addKey: (key) => void keys.set(key.accessKeyId, key),
    addRole: (role) => void roles.set(role.arn, role),
    listKeys: () => [...keys.values()],
    reset,
  };
}
