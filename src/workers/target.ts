import type { Automation, AwsConnector, AwsFailure, Clock, Log, Target, TargetRoles } from "../app/ports/aws.ts";
import type { Lease } from "../app/ports/coordination.ts";
import type { GuardedStore, Store, WatchedExecution } from "../app/ports/store.ts";
import type { makeSendSignal } from "../app/signal/send-signal.ts";
import { makePollTarget } from "../app/watch/poll-target.ts";
import type { makeSyncExecution } from "../app/watch/sync-execution.ts";
import { parseAccount } from "../core/arn.ts";
import type { ApprovalRequest } from "../core/request.ts";
import type { Health } from "../ops/readiness.ts";
import { makeInFlight } from "./in-flight.ts";
import { startLoop } from "./loop.ts";

/** Executions read, and signals sent, at a time for one target. */
const READS = 4;
const SIGNALS = 4;
/** How often the rows are asked for what is due when nobody wakes the loop. */
const TICK_MS = 1_000;
/** After something unforeseen, a row rests this long: otherwise a full batch of such rows would hide all others. */
const ERROR_BACKOFF_MS = 10_000;
/** How often what another replica left under another name of the target is taken over, as while a target is renamed. */
const REBIND_MS = 5 * 60_000;

/** The lease of the one replica that polls and reads a target. */
export const targetLease = (key: string) => `target:${key}`;

/** One Region of a target, as it is configured. */
export interface ConfiguredTarget {
  name: string;
  region: string;
  roles?: TargetRoles;
}

const NO_ROLES: TargetRoles = { readRole: null, approverRole: null };

const keyOf = ({ name, region }: ConfiguredTarget) => `${name}/${region}`;

/** The account that its roles are in; without a role, that of the bot's own credentials. */
const accountOf = ({ roles = NO_ROLES }: ConfiguredTarget, own: string) =>
  parseAccount(roles.readRole ?? roles.approverRole) ?? own;

export interface TargetWorkers {
  key: string;
  /** Whether the request is one of this target's, also when it was opened under another name of it. */
  covers(request: ApprovalRequest): boolean;
  /** Undefined until AWS has told whose account it is. */
  automation(): Automation | undefined;
  /** The target has become this replica's. */
  wakeAll(): void;
  /** Something was decided: its signal is sent from here, whoever polls the target. */
  wakeSignal(): void;
  stop(): Promise<void>;
}

/**
 * Polls one target, reads what changed, and sends its signals. Nothing here waits for another target. Polling and reading
 * are one replica's at a time, and what they write counts only while it still is; a signal has a lease of its own, so any
 * replica that is woken sends it.
 */
export function startTarget(options: {
  configured: ConfiguredTarget;
  /** The targets that stand before it in the configuration. */
  before: readonly ConfiguredTarget[];
  pollIntervalMs: number;
  aws: AwsConnector;
  store: Store;
  look: (stores: GuardedStore) => ReturnType<typeof makeSyncExecution>;
  signal: ReturnType<typeof makeSendSignal>;
  hook: (automation: Automation) => Automation;
  health: Health;
  /** This process, and whether the target is its own to poll and read. */
  replica: string;
  lease: () => Lease | null;
  clock: Clock;
  log: Log;
  /** Something may have to be shown or published. */
  onChange: () => void;
}): TargetWorkers {
  const { configured, before, aws, store, look, signal, health, replica, clock, log, onChange } = options;
  const { name, region, roles = NO_ROLES } = configured;
  const key = keyOf(configured);
  let automation: Automation | undefined;
  let close = () => {};
  health.expect(key);

  let lastFailure: string | null = null;
  /** Remembers how the target is; a failure is logged when it begins and when it changes, not at each poll. */
  const report = async (failure: AwsFailure | null, words: string, lease: Lease | null) => {
    const error = failure === null ? null : `${failure.code}: ${failure.message}`;
    if (error !== null && error !== lastFailure) log.warn({ event: "target.failed", target: key, error }, words);
    if (error === null && lastFailure !== null)
      log.info({ event: "target.recovered", target: key }, "target recovered");
    lastFailure = error;
    if (lease === null) return;
    health.polled(key, error);
    await store.guardedBy(lease).polls.record(key, clock.now(), error, replica);
  };

  let adoptedAt = 0;
  const adopt = async (target: Target) => {
    await store.requests.rebindTarget(target);
    adoptedAt = clock.now();
  };

  const identify = async (lease: Lease | null, abort: AbortSignal): Promise<boolean> => {
    if (automation !== undefined) return true;
    const identity = await aws.identify(region, abort);
    if (abort.aborted) return false;
    if (identity.kind === "failed") {
      await report(identity, "AWS does not say whose credentials these are", lease);
      return false;
    }
    const account = accountOf(configured, identity.account);
    const lacks = roles.readRole === null ? "readRole" : roles.approverRole === null ? "approverRole" : null;
    if (lacks !== null && account !== identity.account) {
      const message = `The target is account ${account}, the bot's own credentials are of ${identity.account}: name a ${lacks} too`;
      await report({ kind: "failed", code: "WrongAccount", message, retry: false }, "the target cannot be read", lease);
      return false;
    }
    // The order of the configuration says which of the two goes on: replicas that disagreed could each leave out the other's.
    const isPolled = ({ roles: own = NO_ROLES }: ConfiguredTarget) =>
      account === identity.account || (own.readRole !== null && own.approverRole !== null);
    const twin = before.find(
      (each) => each.region === region && accountOf(each, identity.account) === account && isPolled(each),
    );
    if (twin !== undefined) {
      const message = `${keyOf(twin)} is account ${account} in ${region} too, and goes on: remove one of the two from targets`;
      await report({ kind: "failed", code: "TargetTwice", message, retry: false }, "the target is not polled", lease);
      return false;
    }
    const target: Target = { key, name, region, account, signsAs: roles.approverRole ?? identity.signsAs };
    await adopt(target);
    const own = aws.connect(target, roles);
    close = own.close;
    automation = options.hook(own);
    const found = { target: key, account: identity.account, principal: identity.arn };
    log.info({ event: "target.identified", ...found }, "target identified");
    return true;
  };

  const poll = startLoop({
    name: `poll ${key}`,
    everyMs: options.pollIntervalMs,
    clock,
    log,
    round: async (abort) => {
      const lease = options.lease();
      if (!(await identify(lease, abort)) || automation === undefined || lease === null) return undefined;
      const { executions } = store.guardedBy(lease);
      const found = await makePollTarget({ automation, executions, clock })(abort);
      if (abort.aborted) return undefined;
      await report(found.kind === "failed" ? found : null, "the target could not be polled", lease);
      if (found.kind === "listed" && found.changed > 0) looking.wake();
      if (clock.now() - adoptedAt >= REBIND_MS) await adopt(automation.target);
      return undefined;
    },
  });

  let aborted: AbortSignal = AbortSignal.abort();
  const reading = makeInFlight<WatchedExecution>({
    most: READS,
    keyOf: ({ executionId }) => executionId,
    async work(watched) {
      const lease = options.lease();
      if (automation === undefined || lease === null) return;
      await look(store.guardedBy(lease))(automation, watched, aborted);
    },
    async rest(watched, until) {
      const lease = options.lease();
      if (lease !== null) await store.guardedBy(lease).executions.recordRead(watched, until, watched.unchangedReads);
    },
    restMs: ERROR_BACKOFF_MS,
    onDone(well, more) {
      onChange();
      // Where something failed and not even its rest could be written, asking at once would only fail again.
      if (!well) return;
      if (more) looking.wake();
      signalling.wake();
    },
    what: "reading an execution",
    clock,
    log,
  });
  const looking = startLoop({
    name: `look ${key}`,
    everyMs: TICK_MS,
    clock,
    log,
    round: async (abort) => {
      aborted = abort;
      if (automation === undefined || options.lease() === null) return undefined;
      reading.take(await store.executions.due(automation.target.key, clock.now(), reading.capacity()));
      return undefined;
    },
  });

  let asked = false;
  const sending = makeInFlight<ApprovalRequest>({
    most: SIGNALS,
    keyOf: ({ id }) => id,
    async work({ id }) {
      if (automation !== undefined) await signal(automation, id, aborted);
    },
    rest: ({ id, version }, until) => store.requests.postponeSignal(id, version, until),
    restMs: ERROR_BACKOFF_MS,
    onDone(well, more) {
      onChange();
      if (!well) return;
      looking.wake();
      asked ||= more;
      if (more) signalling.wake();
    },
    what: "sending a signal",
    clock,
    log,
  });
  const signalling = startLoop({
    name: `signal ${key}`,
    everyMs: TICK_MS,
    clock,
    log,
    round: async (abort) => {
      aborted = abort;
      if (automation === undefined || !(asked || options.lease() !== null)) return undefined;
      asked = false;
      sending.take(await store.requests.dueToSignal(automation.target, clock.now(), sending.capacity()));
      return undefined;
    },
  });

  return {
    key,
    covers(request) {
      if (automation === undefined) return request.target === key;
      const { account } = automation.target;
      return request.account === account && request.region === region;
    },
    automation: () => automation,
    wakeAll() {
      for (const loop of [poll, looking, signalling]) loop.wake();
    },
    wakeSignal() {
      asked = true;
      signalling.wake();
    },
    async stop() {
      await Promise.all([poll.stop(), looking.stop(), signalling.stop()]);
      await Promise.all([reading.drained(), sending.drained()]);
      close();
    },
  };
}
