/** The rules for targets that compare several of their keys, or several targets. */
import { parseAccount } from "../core/arn.ts";
import { asList, asMap, findRepeats } from "./schema-parts.ts";

export const ROLE = /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/;
export const ACCOUNT = /^\d{12}$/;

/** A value that a rule refuses. The path begins with the index of the target. */
export interface TargetFault {
  path: PropertyKey[];
  what: string;
  fix: string;
}

const ROLE_KEYS = ["readRole", "approverRole"] as const;

/**
 * Finds what is wrong with a list of targets that are valid each by itself. Accepts any value, and overlooks what it cannot
 * judge: invalid values have problems of their own, and the accounts of an `accountsFile` may not be known yet.
 */
export function findTargetFaults(targets: unknown): TargetFault[] {
  const all = asList(targets).map(asMap);
  return [...all.flatMap(findRoleFaults), ...findDoubleRegions(all)];
}

function findRoleFaults(target: Readonly<Record<string, unknown>>, index: number): TargetFault[] {
  const accounts = toAccounts(target);
  return ROLE_KEYS.flatMap((key) => {
    const role = target[key];
    const path = [index, key];
    if (role === undefined) {
      if (accounts === null || accounts.length <= 1) return [];
      const what = `It is missing: the bot's own credentials belong to one account, and the target has ${accounts.length}.`;
      return [{ path, what, fix: `Add ${key} with the name of a role that exists in each account.` }];
    }
    if (typeof role !== "string") return [];
    if (!role.startsWith("arn:")) {
      if (accounts !== null || target.accounts !== undefined || target.accountsFile !== undefined) return [];
      const what = `${JSON.stringify(role)} is the name of a role, and the target does not say in which accounts.`;
      return [
        { path, what, fix: `Write the role's ARN, such as arn:aws:iam::111122223333:role/${role}, or add accounts.` },
      ];
    }
    const own = parseAccount(role);
    if (accounts === null || (accounts.length === 1 && accounts[0] === own)) return [];
    const what = `The role belongs to account ${own}, and the target has ${accounts.length === 1 ? `account ${accounts[0]}` : `${accounts.length} accounts`}.`;
    return [
      { path, what, fix: `Write ${role.split("/").at(-1)}: a name means the role of that name in each account.` },
    ];
  });
}

/** Refuses a Region of an account that two targets have: the bot would watch it twice. */
function findDoubleRegions(targets: readonly Readonly<Record<string, unknown>>[]): TargetFault[] {
  return findRepeats(
    targets.flatMap((target, index) => {
      const accounts = toAccounts(target);
      const role = target.readRole ?? target.approverRole;
      // Without a role it is the account of the bot's own credentials. One that cannot be read differs from all others.
      const one = role === undefined ? "" : (toRoleAccount(role) ?? `that of target ${index}`);
      if (accounts === null && target.accountsFile !== undefined) return [];
      return (accounts ?? [one]).flatMap((account) =>
        asList(target.regions).flatMap((region, at) => {
          if (typeof region !== "string") return [];
          const shown = accounts === null ? region : `${account} ${region}`;
          return [{ text: `${account} ${region}`, shown, path: [index, "regions", at] }];
        }),
      );
    }),
    "Keep the Region in one target: otherwise each request there is posted twice.",
  );
}

/** Returns the distinct valid accounts that the target lists; null if it lists none. */
function toAccounts({ accounts }: Readonly<Record<string, unknown>>): string[] | null {
  if (!Array.isArray(accounts)) return null;
  return [...new Set(accounts.filter((each) => typeof each === "string" && ACCOUNT.test(each)))];
}

/** Returns the account of a role's ARN; null for any other value. */
const toRoleAccount = (role: unknown): string | null =>
  typeof role === "string" && ROLE.test(role) ? parseAccount(role) : null;
