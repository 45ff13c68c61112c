import type { AwsConnector } from "../app/ports/aws.ts";
import { type AttemptTimes, makeAttemptTimes } from "../app/signal/attempt-times.ts";
import type { EarlyReads } from "../app/signal/early-reads.ts";
import { makeSendSignal, type SendSignalDeps } from "../app/signal/send-signal.ts";
import { makeApplyChanges } from "../app/watch/apply-changes.ts";
import { makeIgnoredPauses } from "../app/watch/ignored-pauses.ts";
import { makePostponedTags } from "../app/watch/postponed-tags.ts";
import { makeSyncExecution } from "../app/watch/sync-execution.ts";
import { makeAutomation } from "../aws/automation.ts";
import { makeConnections } from "../aws/connections.ts";
import { callerIdentity, shareByRegion } from "../aws/identity.ts";
import { expandTargets } from "../config/targets.ts";
import { coversPauses } from "../core/policy.ts";
import type { ApprovalRequest } from "../core/request.ts";
import { makeTargetConnection, type TargetConnection } from "../workers/identify-target.ts";
import type { LeaseBalancer } from "../workers/lease-balancer.ts";
import { makePollPace } from "../workers/poll-pace.ts";
import { makePollSlots } from "../workers/poll-slots.ts";
import { startTarget } from "../workers/start-target.ts";
import { targetLease } from "../workers/target.ts";
import type { ReadDeps } from "../workers/target-reads.ts";
import { startTargetTicks } from "../workers/target-ticks.ts";
import type { Worker } from "../workers/worker.ts";
import { wireAuditContext } from "./wire-audit-context.ts";
import type { Wiring } from "./wiring-options.ts";

export interface Targets {
  connections: readonly TargetConnection[];
  /** Finds the target of a request; undefined if the configuration does not name it. */
  find(request: ApprovalRequest): TargetConnection | undefined;
  /** Ends the connections that the targets share. */
  close(): void;
}

/** Prepares the connections to all targets. AWS is not asked for anything yet. */
export function wireTargets({ config, store, metrics, hooks, clock, log }: Wiring): Targets {
  const shared = makeConnections(metrics.awsCalls);
  const aws: AwsConnector = {
    identify: shareByRegion((region, abort) => callerIdentity(region, abort, metrics.awsCalls)),
    connect: (target, roles) => makeAutomation(target, clock, roles, metrics.awsCalls, shared),
  };
  const all = expandTargets(config.targets).map((each) => ({ ...each, consoleUrl: config.consoleUrl }));
  const connections = all.map((configured, index) =>
    makeTargetConnection({
      configured,
      before: () => all.slice(0, index),
      aws,
      rebindTarget: store.requests.rebindTarget,
      hook: (own) => metrics.automation(hooks.automation(own)),
      log,
    }),
  );
  const find = (request: ApprovalRequest) => connections.find((each) => each.covers(request));
  return { connections, find, close: shared.close };
}

/** Starts the workers of every target. */
export function startTargets(
  wiring: Wiring,
  { connections }: Targets,
  leases: LeaseBalancer,
  early: Pick<EarlyReads, "take">,
): Worker[] {
  const { config, store, workspace, health, queueHealth, metrics, replica, wakeUps, clock, random, log } = wiring;
  const { requests, executions } = store;
  const { aliveUntil } = leases;
  const attemptTimes = makeAttemptTimes(clock);
  const signaling: Required<SendSignalDeps> = {
    requests,
    executions,
    leases: store.leases,
    guardedBy: store.guardedBy,
    clock,
    random,
    owner: replica,
    early,
    attemptTimes,
    aliveUntil,
    workspace: workspace.teamId,
    policyHash: config.policyHash,
    countStale: metrics.countStale,
    log,
  };
  const sendSignal = makeSendSignal(signaling);
  const isOwned = (key: string) => leases.lease(targetLease(key)) !== null;
  const ticks = startTargetTicks({ connections, store, isOwned, wakeUps, clock, log });
  const slots = makePollSlots(connections.length, config.pollIntervalMs, clock);
  const shared = {
    store,
    sendSignal,
    aliveUntil,
    sync: makeSync(wiring, attemptTimes),
    slots,
    health,
    replica,
    wakeUps,
    clock,
    log,
  };
  const workers = connections.map((connection) => {
    const lease = () => leases.lease(targetLease(connection.key));
    const { key } = connection;
    if (queueHealth !== null) metrics.queue.expectTarget(key);
    const pace = makePollPace({
      target: key,
      normalMs: config.pollIntervalMs,
      health: queueHealth,
      wakePoll: () => wakeUps.wake(`poll ${key}`),
      countUnannounced: () => metrics.queue.unannounced(key),
      clock,
      log,
    });
    return startTarget({ ...shared, connection, lease, pace });
  });
  return [ticks, ...workers];
}

function makeSync(wiring: Wiring, { correct: correctTimes }: AttemptTimes): ReadDeps["sync"] {
  const { config, metrics, clock, newId, random, log } = wiring;
  const { routes, identities, mask, policyHash } = config;
  const auditContext = wireAuditContext(wiring);
  const ignored = makeIgnoredPauses();
  const tags = makePostponedTags();
  const startedElapsed = clock.elapsed();
  return ({ requests, executions }, { observe }) => {
    const { countUncovered } = metrics;
    const policy = { routes, identities, auditContext };
    const apply = makeApplyChanges({ ...policy, requests, clock, newId, log, ignored, tags, countUncovered });
    return makeSyncExecution({
      ...{ requests, executions, apply, mask, policyHash, startedElapsed, ignored, correctTimes, clock },
      random,
      log,
      withPauses: coversPauses(routes),
      countStale: metrics.countStale,
      reportChange: observe,
    });
  };
}
