import { makeExplainRequest } from "../app/admin/explain-request.ts";
import { type HealthDeps, makeHealthReport } from "../app/admin/health.ts";
import { type InspectDeps, makeDetails } from "../app/admin/inspect.ts";
import { makeListExecutions } from "../app/admin/list-executions.ts";
import { makeHistory } from "../app/admin/list-history.ts";
import { makePending } from "../app/admin/list-waiting.ts";
import { makeReadMasked } from "../app/admin/read-masked.ts";
import { makeShow } from "../app/admin/show-request.ts";
import { makeStats } from "../app/admin/stats.ts";
import type { OwnClicks } from "../app/decide/own-clicks.ts";
import { makePreviewVerdict } from "../app/decide/preview-verdict.ts";
import { verifyOrigin } from "../app/decide/verify-origin.ts";
import type { ApprovalRequest } from "../core/request.ts";
import { makeResponseHostCheck } from "../slack/connection/response-hosts.ts";
import { listenForCommand } from "../slack/listeners/command.ts";
import { makeCommandReply } from "../slack/listeners/command-replies.ts";
import { listenForDetails } from "../slack/listeners/details.ts";
import { listenForDetailsVerdicts } from "../slack/listeners/details-verdicts.ts";
import { listenForForms } from "../slack/listeners/forms.ts";
import { listenForHome } from "../slack/listeners/home.ts";
import { makeSignedFormState } from "../slack/listeners/signed-form-state.ts";
import { listenForVerdicts } from "../slack/listeners/verdicts.ts";
import { makeSlackConnection, type SlackConnection } from "./connect-slack.ts";
import type { Decisions } from "./wire-decisions.ts";
import type { Slack } from "./wire-slack.ts";
import type { Targets } from "./wire-targets.ts";
import type { Wiring } from "./wiring-options.ts";

/** Prepares the connection over which Slack's events arrive, with every listener. No event arrives before its start. */
export function wireListeners(
  wiring: Wiring,
  slack: Slack,
  targets: Targets,
  decisions: Decisions,
  own: Pick<OwnClicks, "record">,
): SlackConnection {
  const { config, store, workspace, logger, health, metrics, newId, wakeUps, clock, log, onFinal } = wiring;
  const { chat } = slack;
  const connection = makeSlackConnection({
    config: config.slack,
    workspace,
    logger,
    clock,
    log,
    calls: metrics.slackCalls,
    onConnected: health.slackConnected,
    onFinal,
  });
  const { app } = connection;
  const formState = makeSignedFormState(config.slack.botToken);
  const verdicts = {
    ...decisions,
    // Slack waits 3 seconds for an acknowledgement: these stores reply or fail within them, even if the database hangs.
    ...store.ackStore,
    clicks: own,
    preview: makePreviewVerdict({ ...decisions, directory: slack.directory }),
    chat,
    workspace,
    formState,
    newId,
    wake: () => wakeUps.wake("evaluate"),
  };
  listenForVerdicts(app, verdicts);
  listenForForms(app, verdicts);
  listenForDetailsVerdicts(app, verdicts);
  const inspecting = wireInspection(wiring, slack, targets);
  const details = makeDetails({ ...inspecting, clock, log });
  listenForDetails(app, { details, chat, formState, workspace, newId, log });
  listenForHome(app, { homes: store.homes, wake: () => wakeUps.wake("home"), workspace, clock, log });
  listenForCommand(app, {
    reply: wireCommandReply(wiring, slack, targets, inspecting),
    directory: slack.directory,
    isSharedChannel: slack.isSharedChannel,
    workspace,
    isResponseUrl: makeResponseHostCheck(config.slack.apiUrl),
    clock,
    log,
  });
  return connection;
}

/** Gathers what the answers to `/approvals` need. */
function wireCommandReply(
  wiring: Wiring,
  { directory }: Slack,
  targets: Targets,
  inspecting: ReturnType<typeof wireInspection>,
) {
  const { config, workspace, clock } = wiring;
  const asking = { ...inspecting, targets: () => askedTargets(targets), clock, policyHash: config.policyHash };
  return makeCommandReply({
    pending: makePending({ ...inspecting, clock }),
    show: makeShow(asking),
    history: makeHistory(inspecting),
    executions: makeListExecutions(asking),
    stats: makeStats(asking),
    explain: makeExplainRequest({ ...asking, mask: config.mask }),
    health: makeHealthReport({ ...wireHealth(wiring, targets), directory, admins: config.admins }),
    workspace,
    clock,
  });
}

const askedTargets = ({ connections }: Targets) =>
  connections.map((each) => ({ key: each.key, automation: each.automation(), failure: each.failure() }));

/** Gathers what the answers to people need. */
export function wireInspection(
  { config, store, clock }: Wiring,
  { directory }: Slack,
  targets: Targets,
): Required<InspectDeps> {
  const { requests, search, effects, messages } = store;
  const { routes, admins, identities, mask } = config;
  const automation = (request: ApprovalRequest) => targets.find(request)?.automation();
  const isOwnMessage: InspectDeps["isOwnMessage"] = async (click) => {
    if (click.origin.kind !== "message") return false;
    const shown = { ...click, authority: "approver", receivedAt: clock.now() } as const;
    return (await verifyOrigin({ messages, digests: store.digests, clock }, shown)) === "ours";
  };
  const readMasked = makeReadMasked({ mask, clock });
  return {
    requests,
    search,
    effects,
    messages,
    directory,
    routes,
    admins,
    identities,
    consoleUrl: config.consoleUrl,
    automation,
    readMasked,
    isOwnMessage,
  };
}

/** Gathers what the report of the health needs. */
export function wireHealth(
  { config, store, health, queueHealth, clock }: Wiring,
  { connections }: Targets,
): Required<HealthDeps> {
  const accounts = () => connections.flatMap((each) => each.automation()?.target ?? []);
  return {
    effects: store.effects,
    polls: store.polls,
    stoppedRetention: async () =>
      config.retention === undefined ? null : store.retention.findStop(clock.now() - config.retention),
    targets: connections.map(({ key }) => key),
    accounts,
    isSlackConnected: health.isSlackConnected,
    storeFault: () => store.fileFault() ?? health.writeFault(),
    isStale: health.isStale,
    queue: () => queueHealth?.report() ?? null,
  };
}
