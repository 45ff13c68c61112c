import { randomUUID } from "node:crypto";
import { type EvaluateClickDeps, makeEvaluateClick } from "../app/decide/evaluate-click.ts";
import { makeGroupReadLimit } from "../app/decide/group-read-limit.ts";
import { makeOwnClicks, type OwnClicks } from "../app/decide/own-clicks.ts";
import type { ReplicaStore } from "../app/ports/coordination.ts";
import { makeEarlyReads } from "../app/signal/early-reads.ts";
import { PUBLISHER } from "../workers/audit-publisher.ts";
import { startClickWorker } from "../workers/clicks.ts";
import { makeDecisionPriority } from "../workers/decision-priority.ts";
import { startLeaseBalancer } from "../workers/lease-balancer.ts";
import { targetLease } from "../workers/target.ts";
import { makeWakeUps } from "../workers/wake-ups.ts";
import type { Worker } from "../workers/worker.ts";
import type { SlackConnection } from "./connect-slack.ts";
import { startMessages, startPeople, startPublishing } from "./start-deliveries.ts";
import { startHome } from "./start-home.ts";
import { startQueue } from "./start-queue.ts";
import { startRetention } from "./start-retention.ts";
import { type Decisions, makeIsApprover, namedPeople, wireDecisions } from "./wire-decisions.ts";
import { wireListeners } from "./wire-listeners.ts";
import { wireSlack } from "./wire-slack.ts";
import { startTargets, type Targets, wireTargets } from "./wire-targets.ts";
import type { Wiring, WiringOptions } from "./wiring-options.ts";

/**
 * Builds the bot over an open store and a known workspace, and starts it. Everything is built before anything starts, so
 * that nothing that runs refers to a part that does not exist yet. Returns the handler of Slack's requests, in HTTP mode.
 *
 * `releases` end in this order: Slack, so that no click arrives any more; the queue of events; the clicks and targets, which
 * finish what is in progress; the leases, for another replica to acquire; and the deliveries, which show what has happened until then.
 */
export async function wireBot(options: WiringOptions): Promise<SlackConnection["handle"]> {
  const { releases } = options;
  let events = 0;
  const identity = { replica: randomUUID(), newId: randomUUID, random: Math.random };
  const wiring: Wiring = {
    ...options,
    ...identity,
    wakeUps: makeWakeUps(makeDecisionPriority(options.clock)),
    nextEvent: () => ++events,
  };
  const slack = wireSlack(wiring);
  const targets = wireTargets(wiring);
  const early = makeEarlyReads({ leases: wiring.store.leases, clock: wiring.clock, owner: wiring.replica });
  const groupReadLimit = makeGroupReadLimit(wiring.store.rateLimits, wiring.clock);
  const decisions = wireDecisions(wiring, slack, targets, early, groupReadLimit);
  const own = makeOwnClicks(wiring.store.ackStore.clicks, wiring.clock, wiring.nextEvent);
  const connection = wireListeners(wiring, slack, targets, decisions, own);

  const leases = startLeases(wiring, targets);
  const deliveries = [
    ...startMessages(wiring, slack, leases),
    ...startPeople(wiring, slack, leases, groupReadLimit),
    ...startPublishing(wiring, leases),
    startHome(wiring, slack, targets),
    ...startRetention(wiring),
  ];
  releases.push(stopper(deliveries));
  releases.push(leases.stop);
  releases.push(targets.close);
  releases.push(stopper([startClicks(wiring, decisions, own), ...startTargets(wiring, targets, leases, early)]));
  releases.push(stopper(startQueue(wiring, targets)));
  releases.push(connection.stop);
  await connection.start();
  return connection.handle;
}

const stopper = (workers: readonly Worker[]) => async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
};

function startLeases(wiring: Wiring, { connections }: Targets) {
  const { replica, store, health, metrics, wakeUps, clock, random, log } = wiring;
  const names = [...connections.map(({ key }) => targetLease(key)), PUBLISHER];
  const { leases } = store;
  const replicas: ReplicaStore = {
    ...store.replicas,
    async heartbeat(...call) {
      const live = await store.replicas.heartbeat(...call);
      health.heartbeat();
      store.fileFault(); // logs a file that is lost, also if no probe asks for it
      return live;
    },
  };
  const balancer = startLeaseBalancer({ id: replica, names, leases, replicas, wakeUps, clock, random, log });
  metrics.watchLeases(() => names.map((name) => [name, balancer.lease(name) !== null] as const));
  return balancer;
}

function startClicks(wiring: Wiring, decisions: Decisions, own: OwnClicks): Worker {
  const { config, store, metrics, wakeUps, clock, log } = wiring;
  const evaluating: Required<EvaluateClickDeps> = { ...decisions, arrival: own.arrival };
  return startClickWorker({
    wakeUps,
    clock,
    log,
    clicks: store.clicks,
    evaluate: metrics.clicks(makeEvaluateClick(evaluating)),
    named: namedPeople(config),
    isApprover: makeIsApprover(config, decisions.directory),
    own,
  });
}
