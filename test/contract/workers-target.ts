import type { TestContext } from "node:test";
import type { CallerIdentity, Clock } from "../../src/app/ports/aws.ts";
import { makeHealth } from "../../src/ops/readiness.ts";
import type { DecisionPriority } from "../../src/workers/decision-priority.ts";
import { type ConfiguredTarget, makeTargetConnection } from "../../src/workers/identify-target.ts";
import { makePollSlots } from "../../src/workers/poll-slots.ts";
import { startTarget } from "../../src/workers/start-target.ts";
import { startTargetTicks } from "../../src/workers/target-ticks.ts";
import { makeWakeUps } from "../../src/workers/wake-ups.ts";
import { aliveUntil, type FakeAutomation, fakeAutomation, QUICK, TARGET, testLog } from "../support/fakes.ts";
import { NO_PRIORITY } from "../support/no-priority.ts";
import type { OpenStore } from "../support/stores.ts";

/** The bot's own credentials. */
const CALLER: CallerIdentity = {
  kind: "identity",
  account: "111122223333",
  arn: "arn:aws:iam::111122223333:role/Bot",
};

interface TargetOptions {
  configured?: ConfiguredTarget;
  before?: ConfiguredTarget[];
  clock?: Clock;
  /** The principal that signs. */
  signsAs?: string;
  /** Milliseconds between two polls. */
  everyMs?: number;
  /** The last change without an event. */
  unannouncedAt?: number | null;
  priority?: DecisionPriority;
}

/** Starts the workers of one target with a fake of AWS. */
export async function startTestTarget(
  t: TestContext,
  store: OpenStore,
  work: { sync?: (executionId: string) => Promise<void>; sendSignal?: (requestId: string) => Promise<void> },
  {
    configured = { name: "default", region: "us-east-1" },
    before = [],
    clock = QUICK,
    signsAs,
    everyMs = 1_000,
    unannouncedAt = null,
    priority = NO_PRIORITY,
  }: TargetOptions = {},
) {
  const automation: FakeAutomation = fakeAutomation({ ...TARGET, ...(signsAs === undefined ? {} : { signsAs }) });
  const log = testLog();
  const health = makeHealth(clock, 1_000);
  const wakeUps = makeWakeUps(priority);
  const owned = await store.leases.acquire("target:default/us-east-1", "me", Date.now(), Date.now() + 3_600_000);
  let lease = owned;
  const connection = makeTargetConnection({
    configured,
    before: () => before,
    aws: {
      identify: async () => CALLER,
      connect: (target) => ({ ...automation, target, close: () => undefined }),
    },
    rebindTarget: store.requests.rebindTarget,
    hook: () => automation,
    log,
  });
  let known = unannouncedAt;
  const worker = startTarget({
    connection,
    pace: {
      intervalMs: () => everyMs,
      unannouncedAt: () => known,
      resume(storedAt) {
        known ??= storedAt;
      },
      retryMs: () => everyMs,
      observe: () => undefined,
    },
    slots: makePollSlots(1, everyMs, clock),
    store,
    sync:
      () =>
      async (_, { executionId }) =>
        work.sync?.(executionId),
    sendSignal: async (_, { id }) => work.sendSignal?.(id),
    aliveUntil,
    health,
    replica: "me",
    lease: () => lease,
    wakeUps,
    clock,
    log,
  });
  const isOwned = () => lease !== null;
  const ticks = startTargetTicks({ connections: [connection], store, isOwned, wakeUps, clock, log });
  t.after(() => Promise.all([ticks.stop(), worker.stop()]));
  const loseLease = () => {
    lease = null;
  };
  const regainLease = () => {
    lease = owned;
  };
  return { automation, connection, health, log, loseLease, regainLease, wakeUps };
}
