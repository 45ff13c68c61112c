import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Logger, WebClient } from "@slack/web-api";
import { makeHealthReport } from "../app/admin/health.ts";
import { makeDetails, makePending, makeShow } from "../app/admin/inspect.ts";
import { makePublishAudit } from "../app/audit/publish-audit.ts";
import { makeEvaluateClick } from "../app/decide/evaluate-click.ts";
import { makePreviewVerdict } from "../app/decide/preview-verdict.ts";
import { makeReplyToClicker } from "../app/decide/reply-to-clicker.ts";
import { DIGEST_THRESHOLD, makeDigest, makeDigestFirst } from "../app/deliver/digest.ts";
import { makeNotices, makeRequestMessages } from "../app/deliver/message-kinds.ts";
import { makeResolveRecipients } from "../app/deliver/resolve-recipients.ts";
import type { AwsConnector, Clock, Log } from "../app/ports/aws.ts";
import type { Lease } from "../app/ports/coordination.ts";
import type { GuardedStore, Store } from "../app/ports/store.ts";
import { makeSendSignal } from "../app/signal/send-signal.ts";
import { makeApplyChanges } from "../app/watch/apply-changes.ts";
import { makeSyncExecution } from "../app/watch/sync-execution.ts";
import { makeAutomation } from "../aws/automation.ts";
import { makeEventBus } from "../aws/event-bus.ts";
import { callerIdentity } from "../aws/identity.ts";
import type { Config } from "../config/config.ts";
import { type Denial, denialSentence } from "../core/denial.ts";
import type { ApprovalRequest } from "../core/request.ts";
import type { Metrics } from "../ops/metrics.ts";
import type { Health } from "../ops/readiness.ts";
import { makeChat } from "../slack/chat.ts";
import type { Workspace } from "../slack/connection/workspace.ts";
import { listenForCommand } from "../slack/listeners/command.ts";
import { listenForDetails } from "../slack/listeners/details.ts";
import { listenForDetailsVerdicts } from "../slack/listeners/details-verdicts.ts";
import { listenForForms } from "../slack/listeners/forms.ts";
import { listenForHome } from "../slack/listeners/home.ts";
import { isHomeTeam } from "../slack/listeners/payloads.ts";
import { makeSignedFormState } from "../slack/listeners/signed-form-state.ts";
import { listenForVerdicts } from "../slack/listeners/verdicts.ts";
import { mentions } from "../slack/messages/mentions.ts";
import { makeDirectory } from "../slack/people/directory.ts";
import { limitedChat } from "../slack/rate-limits/limited-chat.ts";
import { limitedLookups } from "../slack/rate-limits/limited-lookups.ts";
import { makeRateLimiter } from "../slack/rate-limits/limiter.ts";
import { bucketKey, makeAcquireSlot } from "../slack/rate-limits/limits.ts";
import { PUBLISHER, startAuditWorker } from "../workers/audit.ts";
import { startClickWorker, startReplyWorker } from "../workers/clicks.ts";
import { PER_CHANNEL, startDeliveryWorker } from "../workers/delivery.ts";
import { startLeaseBalancer } from "../workers/lease-balancer.ts";
import type { Loop } from "../workers/loop.ts";
import { startRecipientWorker } from "../workers/recipients.ts";
import { startTarget, targetLease } from "../workers/target.ts";
import { makeSlackConnection } from "./connect-slack.ts";
import type { TestHooks } from "./test-hooks.ts";

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

export interface WiringOptions {
  config: Config;
  store: Store;
  workspace: Workspace;
  web: WebClient;
  logger: Logger;
  health: Health;
  metrics: Metrics;
  hooks: TestHooks;
  clock: Clock;
  log: Log;
  /** The bot cannot go on: the words say what to do. */
  onFinal: (words: string) => void;
  releases: (() => Promise<void> | void)[];
}

/** Slack's own host for answers to commands. */
const SLACK_RESPONSE_HOST = "hooks.slack.com";

/**
 * Puts the work together over an open store and a known workspace, and starts it. What is to be undone at the end goes to
 * `releases`, last in, first out. Returns what handles Slack's requests, in HTTP mode.
 */
export async function wireBot(options: WiringOptions): Promise<Handle | null> {
  const { config, store, workspace, web, logger, health, metrics, hooks, clock, log, onFinal, releases } = options;
  const { routes, admins, identities, mask } = config;
  const { requests, messages, notices, digests, clicks, executions, leases } = store;
  const sentence = (denial: Denial) => denialSentence(denial, mentions(150));
  const random = Math.random;
  const newId = randomUUID;
  const turn = makeAcquireSlot(store.rateLimits, clock);
  const admission = makeRateLimiter(turn, store.rateLimits, clock);
  const lookups = limitedLookups(web, admission);
  const chat = metrics.chat(hooks.chat(limitedChat(makeChat(web, turn, clock, lookups), admission)));
  const directory = makeDirectory(lookups, workspace, clock);
  const replica = newId();
  const look = (under: GuardedStore) => {
    const apply = makeApplyChanges({ requests: under.requests, routes, clock, newId, log });
    return makeSyncExecution({ ...under, apply, mask, clock, random, log });
  };
  const abort = makeSendSignal({
    requests,
    executions,
    leases,
    guardedBy: store.guardedBy,
    clock,
    random,
    owner: replica,
    workspace: workspace.teamId,
    log,
  });
  const targetOf = (request: ApprovalRequest) => targets.find((target) => target.covers(request));
  const hasTarget = (request: ApprovalRequest) => targetOf(request) !== undefined;
  const policy = { routes, admins, identities, isHomeTeam: isHomeTeam(workspace), hasTarget };
  const voting = { requests, messages, digests, clicks, directory, ...policy, sentence, clock, log };
  const formState = makeSignedFormState(config.slack.botToken);
  const automation = (request: ApprovalRequest) => targetOf(request)?.automation();
  const inspecting = {
    requests,
    effects: store.effects,
    messages,
    directory,
    routes,
    admins,
    identities,
    automation,
    mask,
  };

  const tenancy = startLeaseBalancer({
    id: replica,
    names: [
      ...config.targets.flatMap(({ name, regions }) => regions.map((region) => targetLease(`${name}/${region}`))),
      PUBLISHER,
    ],
    leases,
    replicas: store.replicas,
    clock,
    random,
    log,
    onGain(name) {
      if (name === PUBLISHER) publishing?.wake();
      else targets.find(({ key }) => targetLease(key) === name)?.wakeAll();
    },
  });
  const onChange = () => {
    messaging.wake();
    recipients.wake();
    answering.wake();
    publishing?.wake();
  };
  const posting = { lanes: store.rateLimits, bucketKey, clock, log };
  const digest = makeDigest({ digests, requests, routes, identities, chat, clock, newId, random, log });
  const messaging = startDeliveryWorker({
    ...posting,
    name: "messages",
    store: messages,
    due: (now) => messages.due(now, PER_CHANNEL),
    eager: true,
    deliver: makeRequestMessages({ messages, requests, routes, identities, chat, clock, newId, random, log }),
    before: makeDigestFirst(digests, digest),
    about: ({ requestId }) => ({ requestId }),
  });
  const digesting = startDeliveryWorker({
    ...posting,
    name: "digests",
    store: digests,
    async due(now) {
      await digests.begin(DIGEST_THRESHOLD, now);
      return digests.current();
    },
    eager: false,
    deliver: digest,
    about: () => ({ digest: true }),
  });
  const noticing = startDeliveryWorker({
    ...posting,
    name: "notices",
    store: notices,
    due: (now) => notices.due(now, PER_CHANNEL),
    eager: true,
    deliver: makeNotices({ notices, requests, routes, identities, chat, clock, newId, random, log }),
    about: ({ requestId, kind }) => ({ requestId, notice: kind }),
  });
  const recipients = startRecipientWorker({
    notices,
    lookup: makeResolveRecipients({ notices, requests, messages, directory, chat, routes, admins, clock, random, log }),
    clock,
    log,
    onPlaces() {
      messaging.wake();
      noticing.wake();
    },
  });
  const answering = startReplyWorker({
    clicks,
    answer: makeReplyToClicker({ clicks, chat, clock, random, log }),
    clock,
    log,
  });
  const publishing = startPublishing(options, () => tenancy.lease(PUBLISHER));
  const configured = config.targets.flatMap(({ name, regions, readRole = null, approverRole = null }) =>
    regions.map((region) => ({ name, region, roles: { readRole, approverRole } })),
  );
  const aws: AwsConnector = {
    identify: callerIdentity,
    connect: (target, roles) => makeAutomation(target, clock, roles),
  };
  const targets = configured.map((each, index) =>
    startTarget({
      configured: each,
      before: configured.slice(0, index),
      pollIntervalMs: config.pollIntervalMs,
      aws,
      store,
      look,
      signal: abort,
      hook: (own) => metrics.automation(hooks.automation(own)),
      health,
      replica,
      lease: () => tenancy.lease(targetLease(`${each.name}/${each.region}`)),
      clock,
      log,
      onChange,
    }),
  );
  /** Here and at once, whichever replica polls the target: its own ticks find the signal too, but later. */
  const wakeSignalOf = (requestId: string) => {
    const wakeIt = async () => {
      const request = await requests.byId(requestId);
      if (request !== null) targetOf(request)?.wakeSignal();
    };
    wakeIt().catch((error: unknown) =>
      log.warn(
        { event: "signal.wake-failed", requestId, err: error },
        "cannot wake the signal worker; its next tick sends the signal",
      ),
    );
  };
  const voters = startClickWorker({
    clicks,
    vote: makeEvaluateClick(voting),
    clock,
    log,
    onVote(click, outcome) {
      metrics.clicked(outcome);
      onChange();
      if (outcome.kind === "counted" && outcome.completes) wakeSignalOf(click.requestId);
    },
  });
  const slack = makeSlackConnection({
    config: config.slack,
    workspace,
    logger,
    clock,
    log,
    onConnected: health.slackConnected,
    onFinal,
  });
  const wake = voters.wake;
  const preview = makePreviewVerdict(voting);
  // What Slack waits for answers or fails within its three seconds, however the database is.
  const deciding = { ...voting, ...store.ackStore, preview, chat, workspace, formState, newId, wake };
  listenForVerdicts(slack.app, deciding);
  listenForForms(slack.app, deciding);
  listenForDetailsVerdicts(slack.app, deciding);
  listenForDetails(slack.app, { details: makeDetails(inspecting), chat, formState, workspace, newId, log });
  const pending = makePending(inspecting);
  listenForHome(slack.app, { pending, workspace, clock });
  listenForCommand(slack.app, {
    pending,
    show: makeShow(inspecting),
    health: makeHealthReport({
      directory,
      admins,
      effects: store.effects,
      polls: store.polls,
      targets: targets.map(({ key }) => key),
      isSlackConnected: health.isSlackConnected,
      isStale: health.isStale,
    }),
    workspace,
    responseHosts: config.slack.apiUrl === null ? [SLACK_RESPONSE_HOST] : [new URL(config.slack.apiUrl).host],
    clock,
    log,
  });
  releases.push(async () => {
    const loops = [messaging, digesting, noticing, recipients, answering, publishing];
    await Promise.all(loops.map((loop) => loop?.stop()));
  });
  releases.push(tenancy.stop);
  releases.push(async () => {
    await Promise.all([voters.stop(), ...targets.map((target) => target.stop())]);
  });
  releases.push(slack.stop);
  await slack.start();
  return slack.handle;
}

function startPublishing(options: WiringOptions, lease: () => Lease | null): Loop | undefined {
  const { config, store, metrics, hooks, clock, log, releases } = options;
  if (config.eventBus === null) return undefined;
  const bus = makeEventBus({ busName: config.eventBus.name, region: config.eventBus.region });
  const publish = makePublishAudit({
    audit: store.audit,
    guardedBy: store.guardedBy,
    bus: metrics.bus(hooks.bus(bus)),
    clock,
    random: Math.random,
    log,
  });
  const loop = startAuditWorker({ publish, lease, clock, log });
  releases.push(() => bus.close());
  return loop;
}
