import type { Automation, AwsFailure } from "../app/ports/aws.ts";
import type { Lease } from "../app/ports/coordination.ts";
import { makeFollowSigner } from "../app/watch/follow-signer.ts";
import { makePollTarget } from "../app/watch/poll-target.ts";
import type { Health } from "../ops/readiness.ts";
import { startLoop } from "./loop.ts";
import type { PollPace } from "./poll-pace.ts";
import type { PollSlots } from "./poll-slots.ts";
import { type TargetDeps, targetLease } from "./target.ts";
import type { Worker } from "./worker.ts";

/** How often rows under another name of the target are taken over: another replica may still use its old name. */
const REBIND_MS = 5 * 60_000;

export interface PollDeps {
  pace: PollPace;
  slots: PollSlots;
  health: Health;
  /** This process. */
  replica: string;
}

/**
 * Polls the target under its lease, and wakes the reads of what changed. Each replica identifies the target, also
 * without the lease: any of them may send its signals.
 */
export function startPolls(deps: TargetDeps & PollDeps): Worker {
  const { connection, store, lease, pace, slots, health, wakeUps, clock, log } = deps;
  const { key } = connection;
  const report = makeReport(deps);
  let reboundAt = clock.now();
  let isIdentified = false;
  const followSigner = makeFollowSigner({ requests: store.requests, executions: store.executions, clock });
  /** The token of the lease under which the signers of requests were compared: an earlier owner may have stored another. */
  let comparedUnder: number | null = null;
  health.expect(key);

  return startLoop({
    name: `poll ${key}`,
    // "alive": a poll that was due while this replica's lease had lapsed follows at once.
    topics: [`poll ${key}`, `lease ${targetLease(key)}`, "queue", "alive"],
    wakeUps,
    everyMs: pace.intervalMs(),
    clock,
    log,
    async round(abort) {
      const before = lease();
      const failure = await connection.identify(abort);
      if (failure !== null) await report(failure, before);
      const automation = connection.automation();
      if (automation !== undefined && !isIdentified) {
        isIdentified = true;
        // A wake-up for a signal of this target had no effect before.
        wakeUps.wake(`signal ${key}`);
      }
      // A lease that was acquired in the meantime has woken this loop: the next round polls.
      if (automation === undefined || before === null || abort.aborted) return pace.intervalMs();
      await slots.acquire(abort);
      const own = lease();
      if (own === null || abort.aborted) return pace.intervalMs();
      if (comparedUnder !== own.token) {
        if ((await followSigner(automation)) > 0) wakeUps.wake(`read ${key}`);
        comparedUnder = own.token;
      }
      const { executions } = store.guardedBy(own);
      const listWaiting: Automation["listWaiting"] = (ended) =>
        automation.listWaiting(ended, () => health.listing(key));
      const found = await makePollTarget({ automation: { ...automation, listWaiting }, executions, clock })(abort);
      if (abort.aborted) return undefined;
      await report(found.kind === "failed" ? found : null, own);
      if (found.kind === "listed") {
        const { waiting, changed } = found;
        log.debug({ event: "target.polled", target: key, waiting, changed }, "target polled");
        if (changed > 0) wakeUps.wake(`read ${key}`);
      }
      if (clock.now() - reboundAt >= REBIND_MS) {
        await store.requests.rebindTarget(automation.target);
        reboundAt = clock.now();
      }
      return found.kind === "failed" ? pace.retryMs() : pace.intervalMs();
    },
  });
}

/**
 * Records the target's health for all replicas, if this one owns the lease. A failure is logged when it begins and when
 * it changes, not at each poll.
 */
function makeReport({ connection, store, pace, health, replica, clock, log }: TargetDeps & PollDeps) {
  const { key } = connection;
  let lastError: string | null = null;
  /** The token of the lease under which the stored distrust of events was read: an earlier owner may have stored it. */
  let resumedUnder: number | null = null;
  return async (failure: AwsFailure | null, lease: Lease | null): Promise<void> => {
    const error = failure === null ? null : `${failure.code}: ${failure.message}`;
    if (error !== null && error !== lastError)
      log.warn({ event: "target.failed", target: key, error }, "cannot poll the target");
    if (error === null && lastError !== null)
      log.info({ event: "target.recovered", target: key }, "the target can be polled again");
    lastError = error;
    if (lease === null) return;
    if (resumedUnder !== lease.token) {
      pace.resume(await store.polls.unannouncedAt(key));
      resumedUnder = lease.token;
    }
    const [everyMs, unannouncedAt] = [pace.intervalMs(), pace.unannouncedAt()];
    health.polled(key, error, everyMs, unannouncedAt);
    await store.guardedBy(lease).polls.record(key, clock.now(), error, replica, everyMs, unannouncedAt);
  };
}
