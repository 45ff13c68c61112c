import type { EvaluateClickDeps } from "../app/decide/evaluate-click.ts";
import type { GroupReadLimit } from "../app/decide/group-read-limit.ts";
import type { Directory } from "../app/ports/slack.ts";
import type { EarlyReads } from "../app/signal/early-reads.ts";
import { makeLookUpRequester } from "../app/watch/look-up-requester.ts";
import type { Config } from "../config/config.ts";
import { type Denial, denialSentence } from "../core/denial.ts";
import type { Approvers } from "../core/policy.ts";
import { isHomeTeam } from "../slack/listeners/payloads.ts";
import { mentions } from "../slack/messages/mentions.ts";
import { REQUEST_CHANGED } from "../workers/wake-ups.ts";
import { wireAuditContext } from "./wire-audit-context.ts";
import type { Slack } from "./wire-slack.ts";
import type { Targets } from "./wire-targets.ts";
import type { Wiring } from "./wiring-options.ts";

/** Lists the people whom the configuration names as approvers or admins. */
export function namedPeople({ routes, admins }: Pick<Config, "routes" | "admins">): string[] {
  return [...new Set([...admins.users, ...routes.flatMap(({ approvers }) => approvers.users)])];
}

/** Makes the function that tells whether a person is named, or was in one of the last known lists of any route or the admins. */
export function makeIsApprover({ routes, admins }: Pick<Config, "routes" | "admins">, directory: Directory) {
  const byMembers = routes.filter(({ approvers }) => approvers.channel === "members");
  const groups = new Set([...admins.groups, ...routes.flatMap(({ approvers }) => approvers.groups)]);
  const channels = [...new Set(byMembers.flatMap((route) => route.channels))];
  const all: Approvers = {
    users: namedPeople({ routes, admins }),
    groups: [...groups],
    ...(channels.length === 0 ? {} : { channel: "members" }),
  };
  return (userId: string): boolean => directory.wasAmong(all, userId, channels);
}

/** What the evaluation of a click needs, without what only the worker knows. An optional part is passed too. */
export type Decisions = Omit<Required<EvaluateClickDeps>, "arrival">;

/** Gathers what the evaluation of a click needs, for the worker and for the preview of a form. */
export function wireDecisions(
  wiring: Wiring,
  { clickDirectory: directory }: Slack,
  targets: Targets,
  early: Pick<EarlyReads, "begin">,
  groupReadLimit: GroupReadLimit,
): Decisions {
  const { config, store, workspace, clock, log } = wiring;
  const { requests, messages, digests, clicks } = store;
  const { routes, admins, identities } = config;
  const show = mentions(150);
  return {
    requests,
    messages,
    digests,
    clicks,
    groupReadLimit,
    auditContext: wireAuditContext(wiring),
    directory,
    routes,
    admins,
    identities,
    consoleUrl: config.consoleUrl,
    lookUpRequester: makeLookUpRequester({ requests, directory, identities, clock }),
    isHomeTeam: isHomeTeam(workspace),
    hasTarget: (request) => targets.find(request) !== undefined,
    expectSignal(request) {
      const automation = targets.find(request)?.automation();
      if (automation !== undefined) early.begin(automation, request);
    },
    // This replica sends the signal at once, whichever replica polls the target. Its worker wakes the others afterwards: they
    // would use the same database and connections meanwhile.
    onDecided(request) {
      const target = targets.find(request);
      if (target?.automation() === undefined) wiring.wakeUps.wake(...REQUEST_CHANGED);
      else wiring.wakeUps.wake(`signal ${target.key}`);
    },
    signsAsPeople: (request) => targets.find(request)?.signers === "approvers",
    sentence: (denial: Denial) => denialSentence(denial, show),
    show,
    clock,
    log,
  };
}
