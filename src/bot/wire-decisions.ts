import type { EvaluateClickDeps } from "../app/decide/evaluate-click.ts";
import { makeLookUpRequester } from "../app/watch/look-up-requester.ts";
import type { Config } from "../config/config.ts";
import { type Denial, denialSentence } from "../core/denial.ts";
import { isHomeTeam } from "../slack/listeners/payloads.ts";
import { mentions } from "../slack/messages/mentions.ts";
import { wireAuditContext } from "./wire-audit-context.ts";
import type { Slack } from "./wire-slack.ts";
import type { Targets } from "./wire-targets.ts";
import type { Wiring } from "./wiring-options.ts";

/** Lists the people whom the configuration names as approvers or admins. */
export function namedPeople({ routes, admins }: Pick<Config, "routes" | "admins">): string[] {
  return [...new Set([...admins.users, ...routes.flatMap(({ approvers }) => approvers.users)])];
}

/** Gathers what the evaluation of a click needs, for the worker and for the preview of a form. */
export function wireDecisions(wiring: Wiring, { directory }: Slack, targets: Targets): EvaluateClickDeps {
  const { config, store, workspace, clock, log } = wiring;
  const { requests, messages, digests, clicks, rateLimits } = store;
  const { routes, admins, identities } = config;
  const show = mentions(150);
  return {
    requests,
    messages,
    digests,
    clicks,
    rateLimits,
    auditContext: wireAuditContext(wiring),
    directory,
    routes,
    admins,
    identities,
    lookUpRequester: makeLookUpRequester({ requests, directory, clock }),
    isHomeTeam: isHomeTeam(workspace),
    hasTarget: (request) => targets.find(request) !== undefined,
    signsAsPeople: (request) => targets.find(request)?.automation()?.signers === "approvers",
    sentence: (denial: Denial) => denialSentence(denial, show),
    show,
    clock,
    log,
  };
}
