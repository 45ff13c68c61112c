import { parseAccount } from "../core/arn.ts";
import { toPartition } from "../core/partition.ts";
import type { TargetConfig } from "./config.ts";

/** One Region of one account of a target. */
export interface TargetRegion {
  name: string;
  /** Null: the account of the roles or, without roles, of the bot's own credentials. */
  account: string | null;
  region: string;
  warning: string | undefined;
  /** ARNs; null: the bot's own credentials. */
  roles: { readRole: string | null; approverRole: string | null };
}

/** Lists every Region of every account of the targets, in their order. The name of a role becomes its ARN in the account. */
export function expandTargets(targets: readonly TargetConfig[]): TargetRegion[] {
  return targets.flatMap(({ name, accounts, regions, warning, readRole, approverRole }) =>
    (accounts ?? [null]).flatMap((account) =>
      regions.map((region) => {
        const toArn = (role: string | undefined) => {
          if (role === undefined) return null;
          return role.startsWith("arn:") ? role : `arn:${toPartition(region)}:iam::${account}:role/${role}`;
        };
        return {
          name,
          account,
          region,
          warning,
          roles: { readRole: toArn(readRole), approverRole: toArn(approverRole) },
        };
      }),
    ),
  );
}

/** Returns the account of a target; null if it is that of the bot's own credentials. */
export const findTargetAccount = ({ account, roles }: TargetRegion): string | null =>
  account ?? parseAccount(roles.readRole ?? roles.approverRole);
