import type { Role } from "./principal.ts";
import { type AccessKey, seededKeys, seededRoles } from "./seeded-identities.ts";

/** The keys and roles that the stand-in knows: the seeded ones, and the keys that AssumeRole issues. */
export interface Directory {
  key(accessKeyId: string): AccessKey | undefined;
  role(arn: string): Role | undefined;
  issue(key: AccessKey): void;
  /** Adds a role, or replaces the one of the same ARN. */
  addRole(role: Role): void;
  keys(): AccessKey[];
  reset(): void;
}

export function makeDirectory(): Directory {
  let keys = new Map<string, AccessKey>();
  let roles = new Map<string, Role>();
  const reset = () => {
    keys = new Map(seededKeys.map((each) => [each.accessKeyId, each]));
    roles = new Map(seededRoles.map((each) => [each.arn, each]));
  };
  reset();
  return {
    key: (accessKeyId) => keys.get(accessKeyId),
    role: (arn) => roles.get(arn),
    issue: (key) => void keys.set(key.accessKeyId, key),
    addRole: (role) => void roles.set(role.arn, role),
    keys: () => [...keys.values()],
    reset,
  };
}
