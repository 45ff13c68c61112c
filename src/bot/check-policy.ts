import type { WebClient } from "@slack/web-api";
import { type Finding, makePolicyCheck } from "../app/admin/policy-check.ts";
import { checkRunbooks } from "../app/admin/runbook-check.ts";
import { readRunbook } from "../aws/runbooks.ts";
import type { Config } from "../config/config.ts";
import { findUnknownRegions } from "../config/regions.ts";
import { expandTargets, findTargetAccount } from "../config/targets.ts";
import type { Workspace } from "../slack/connection/workspace.ts";
import { makeDirectoryCheck, type Wait } from "../slack/people/directory-check.ts";

/** How long AWS may take to read the runbooks, in milliseconds. */
const TIMEOUT_MS = 20_000;

/**
 * Checks a policy against Slack, the known Regions, and the runbooks that its routes name. Only reads. `wait` is called where
 * Slack limits the rate of lookups.
 */
export async function checkPolicy(
  config: Config,
  web: WebClient,
  workspace: Workspace,
  wait: Wait,
): Promise<Finding[]> {
  let started: AbortSignal | null = null;
  /** The time starts with the first read: a slow Slack takes none of it. */
  const abort = () => {
    started ??= AbortSignal.timeout(TIMEOUT_MS);
    return started;
  };
  const sources = expandTargets(config.targets).map((each) => {
    const { region, roles } = each;
    return {
      target: each.name,
      account: findTargetAccount(each),
      region,
      read: (documentName: string) => readRunbook({ region, readRole: roles.readRole, documentName, abort: abort() }),
    };
  });
  return [
    ...findUnknownRegions(config).map((each) => ({ ...each, id: null, route: null })),
    ...(await makePolicyCheck(makeDirectoryCheck(web, workspace, wait))(config)),
    ...(await checkRunbooks(config.routes, sources)),
  ];
}
