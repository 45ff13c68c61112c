import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Logger, WebClient } from "@slack/web-api";
import { makeHealthReport } from "../app/admin/health.ts";
import { makeDetails, makePending, makeShow } from "../app/admin/inspect.ts";
import { makePublish } from "../app/audit/publish-audit.ts";
import { makePreview, makeVote } from "../app/decide/evaluate-click.ts";
import { makeAnswer } from "../app/decide/reply-to-clicker.ts";
import { FLOOD, makeDigest, makeDigestFirst } from "../app/deliver/digest.ts";
import { makeDeliver, makeNotify } from "../app/deliver/message-kinds.ts";
import { makeErrand } from "../app/deliver/resolve-recipients.ts";
import type { Clock, Log } from "../app/ports/aws.ts";
import type { Lease, Store } from "../app/ports/coordination.ts";
import { makeSignal } from "../app/signal/send-signal.ts";
import { makeApply } from "../app/watch/apply-changes.ts";
import { makeLook } from "../app/watch/sync-execution.ts";
import { makeEventBus } from "../aws/event-bus.ts";
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
import { makeFormSeal } from "../slack/listeners/signed-form-state.ts";
import { listenForVerdicts } from "../slack/listeners/verdicts.ts";
import { mentionGroup, mentionUser } from "../slack/messages/mentions.ts";
import { code } from "../slack/messages/text.ts";
import { makeDirectory } from "../slack/people/directory.ts";
import { pacedChat } from "../slack/rate-limits/limited-chat.ts";
import { pacedLookups } from "../slack/rate-limits/limited-lookups.ts";
import { makeAdmission } from "../slack/rate-limits/limiter.ts";
import { makeTurn } from "../slack/rate-limits/limits.ts";
import { PUBLISHER, startPublishLoop } from "../workers/audit.ts";
import { startAnswerLoop, startVoteLoop } from "../workers/clicks.ts";
import { PER_CHANNEL, startPostingLoop } from "../workers/delivery.ts";
import { startTenancy } from "../workers/lease-balancer.ts";
import type { Loop } from "../workers/loop.ts";
import { startErrandLoop } from "../workers/recipients.ts";
import { startTarget, targetLease } from "../workers/target.ts";
import { makeSlackSide } from "./connect-slack.ts";
import type { Seams } from "./test-hooks.ts";

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

export interface WorkOptions {
  config: Config;
  store: Store;
  workspace: Workspace;
  web: WebClient;
  logger: Logger;
  health: Health;
  metrics: Metrics;
  seams: Seams;
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
export async function startWork(options: WorkOptions): Promise<Handle | null> {
  const { config, store, workspace, web, logger, health, metrics, seams, clock, log, onFinal, releases } = options;
  const { routes, admins, identities, mask } = config;
  const { requests, messages, notices, digests, clicks, executions, leases } = store;
  const sentence = (denial: Denial) =>
    denialSentence(denial, {
      user: mentionUser,
      group: mentionGroup,
      text: (text) => code(text, 150),
    });
  const random = Math.random;
  const newId = randomUUID;
  const turn = makeTurn(store.lanes, clock);
  const admission = makeAdmission(turn, store.lanes, clock);
  const lookups = pacedLookups(web, admission);
  const chat = metrics.chat(seams.chat(pacedChat(makeChat(web, turn, clock, lookups), admission)));
  const directory = makeDirectory(lookups, workspace, clock);
  const replica = newId();
  const look = (under: Pick<Store, "requests" | "executions">) => {
    const apply = makeApply({ requests: under.requests, routes, clock, newId, log });
    return makeLook({ ...under, apply, mask, clock, random, log });
  };
  const signal = makeSignal({
    requests,
    executions,
    leases,
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
  const seal = makeFormSeal(config.slack.botToken);
  const automation = (request: ApprovalRequest) => targetOf(request)?.automation();
  const inspecting = { requests, effects: store.effects, messages, directory, routes, admins, automation, mask };

  const tenancy = startTenancy({
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
    errands.wake();
    answering.wake();
    publishing?.wake();
  };
  const posting = { lanes: store.lanes, clock, log };
  const digest = makeDigest({ digests, requests, routes, chat, clock, newId, random, log });
  const messaging = startPostingLoop({
    ...posting,
    name: "messages",
    store: messages,
    due: (now) => messages.due(now, PER_CHANNEL),
    eager: true,
    deliver: makeDeliver({ messages, requests, routes, identities, chat, clock, newId, random, log }),
    before: makeDigestFirst(digests, digest),
    about: ({ requestId }) => ({ requestId }),
  });
  const digesting = startPostingLoop({
    ...posting,
    name: "digests",
    store: digests,
    async due(now) {
      await digests.begin(FLOOD, now);
      return digests.current();
    },
    eager: false,
    deliver: digest,
    about: () => ({ digest: true }),
  });
  const noticing = startPostingLoop({
    ...posting,
    name: "notices",
    store: notices,
    due: (now) => notices.due(now, PER_CHANNEL),
    eager: true,
    deliver: makeNotify({ notices, requests, routes, identities, chat, clock, newId, random, log }),
    about: ({ requestId, kind }) => ({ requestId, notice: kind }),
  });
  const errands = startErrandLoop({
    notices,
    errand: makeErrand({ notices, requests, messages, directory, chat, routes, admins, clock, random, log }),
    clock,
    log,
    onPlaces() {
      messaging.wake();
      noticing.wake();
    },
  });
  const answering = startAnswerLoop({
    clicks,
    answer: makeAnswer({ clicks, chat, clock, random, log }),
    clock,
    log,
  });
  const publishing = startPublishing(options, () => tenancy.lease(PUBLISHER));
  const configured = config.targets.flatMap(({ name, regions, readRole = null, approverRole = null }) =>
    regions.map((region) => ({ name, region, roles: { readRole, approverRole } })),
  );
  const targets = configured.map((each, index) =>
    startTarget({
      configured: each,
      before: configured.slice(0, index),
      pollIntervalMs: config.pollIntervalMs,
      store,
      look,
      signal,
      seam: (own) => metrics.automation(seams.automation(own)),
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
    wakeIt().catch((error: unknown) => log.warn({ requestId, err: error }, "a signal waits for the next tick"));
  };
  const voters = startVoteLoop({
    clicks,
    vote: makeVote(voting),
    clock,
    log,
    onVote(click, outcome) {
      metrics.clicked(outcome);
      onChange();
      if (outcome.kind === "counted" && outcome.completes) wakeSignalOf(click.requestId);
    },
  });
  const slack = makeSlackSide({
    config: config.slack,
    workspace,
    logger,
    clock,
    log,
    onConnected: health.slackConnected,
    onFinal,
  });
  const wake = voters.wake;
  const preview = makePreview(voting);
  // What Slack waits for answers or fails within its three seconds, however the database is.
  const deciding = { ...voting, ...store.prompt, preview, chat, workspace, seal, newId, wake };
  listenForVerdicts(slack.app, deciding);
  listenForForms(slack.app, deciding);
  listenForDetailsVerdicts(slack.app, deciding);
  listenForDetails(slack.app, { details: makeDetails(inspecting), identities, chat, seal, workspace, newId, log });
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
    const loops = [messaging, digesting, noticing, errands, answering, publishing];
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

function startPublishing(options: WorkOptions, lease: () => Lease | null): Loop | undefined {
  const { config, store, metrics, seams, clock, log, releases } = options;
  if (config.eventBus === null) return undefined;
  const bus = makeEventBus({ busName: config.eventBus.name, region: config.eventBus.region });
  const publish = makePublish({
    audit: store.audit,
    bus: metrics.bus(seams.bus(bus)),
    clock,
    random: Math.random,
    log,
  });
  const loop = startPublishLoop({ publish, lease, clock, log });
  releases.push(() => bus.close());
  return loop;
}
