import type { Automation, Clock, Log, LogFields, Target } from "../../src/app/ports/aws.ts";
import type { AliveUntil } from "../../src/app/ports/coordination.ts";
import type { ListedExecution, ObservedExecution, Parents } from "../../src/core/execution.ts";
import type { NameRenderer } from "../../src/core/name-renderer.ts";
import type { SignalResult } from "../../src/core/signal-attempt.ts";
import type { SignerKind } from "../../src/core/signers.ts";
import { systemClock } from "../../src/ops/clock.ts";
import { NOW } from "./samples.ts";

export interface TestClock extends Clock {
  /** Moves time forward and wakes the due sleepers in order. A negative time sets the clock back: no time elapses. */
  advance(ms: number): void;
  /** Returns the remaining sleep of each sleeper. */
  sleeping(): number[];
}

/** Makes a clock that only the test advances. */
export function testClock(start = NOW): TestClock {
  let now = start;
  let elapsed = 0;
  let sleepers: { until: number; wake: () => void }[] = [];
  return {
    now: () => now,
    elapsed: () => elapsed,
    turn: systemClock.turn,
    sleep: (ms, abort) =>
      new Promise((resolve) => {
        if (abort?.aborted) return resolve();
        const wake = () => {
          sleepers = sleepers.filter((each) => each !== sleeper);
          abort?.removeEventListener("abort", wake);
          resolve();
        };
        const sleeper = { until: now + ms, wake };
        sleepers.push(sleeper);
        abort?.addEventListener("abort", wake, { once: true });
      }),
    advance(ms) {
      now += ms;
      elapsed += Math.max(0, ms);
      for (const { wake } of sleepers.filter(({ until }) => until <= now).sort((a, b) => a.until - b.until)) wake();
    },
    sleeping: () => sleepers.map(({ until }) => until - now),
  };
}

/** Makes a function that sets the clock, forward or back, without time passing. */
export function makeSetClock(clock: TestClock): (ms: number) => void {
  const { elapsed } = clock;
  let set = 0;
  clock.elapsed = () => elapsed() - set;
  return (ms) => {
    clock.advance(ms);
    set += Math.max(0, ms);
  };
}

/** The heartbeat of a process that never stops. */
export const aliveUntil: AliveUntil = () => Number.POSITIVE_INFINITY;

/** Pauses a twentieth as long as on the machine's clock. */
export const QUICK: Clock = { ...systemClock, sleep: (ms, abort) => systemClock.sleep(ms / 20, abort) };

export interface TestLog extends Log {
  /** What was logged, by this log and its children. */
  lines: { level: string; fields: Record<string, unknown>; message: string }[];
}

export function testLog(): TestLog {
  const lines: TestLog["lines"] = [];
  const makeChildLog = (bound: object): Log => {
    const at = (level: string) => (fields: LogFields, message: string) =>
      void lines.push({ level, fields: { ...bound, ...fields }, message });
    const child = (more: object) => makeChildLog({ ...bound, ...more });
    return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error"), child };
  };
  return { lines, ...makeChildLog({}) };
}

const asIs = (text: string) => text;

/** Shows names as they are. */
export const PLAIN_NAMES: NameRenderer = {
  user: asIs,
  group: asIs,
  channel: asIs,
  text: asIs,
  word: asIs,
  link: (url, label) => `${label} (${url})`,
  strong: asIs,
};

export const TARGET: Target = {
  key: "default/us-east-1",
  name: "default",
  account: "111122223333",
  region: "us-east-1",
};

type Reading = Awaited<ReturnType<Automation["read"]>>;
type Listing = Awaited<ReturnType<Automation["listWaiting"]>>;

export interface FakeAutomation extends Automation {
  signers: SignerKind;
  calls: {
    list: number;
    read: string[];
    defaults: string[];
    tags: string[];
    canStop: number;
    signal: { executionId: string; verdict: string; comment: string[] }[];
  };
  /** The results of the next lists and reads. */
  listing: Listing;
  reads: Map<string, Reading>;
  /** Returns the result of a signal; accepted by default. */
  onSignal: (executionId: string, verdict: string) => SignalResult | Promise<SignalResult>;
  /** Runs before the reply to each read, for changes during a read. */
  onRead: (executionId: string) => void | Promise<void>;
  /** The runbook's parameters, as the bot reads them. */
  declared: Awaited<ReturnType<Automation["defaults"]>>;
  /** The tags of every execution. */
  tagged: Awaited<ReturnType<Automation["tags"]>>;
  /** Whether the signer may stop executions. */
  stopping: Awaited<ReturnType<Automation["canStop"]>>;
  /** The parents of an execution that has one. */
  parents: (execution: ObservedExecution) => Parents;
  shows(execution: ObservedExecution): void;
  lists(...executions: ListedExecution[]): void;
}

/** Makes a fake of AWS that the test controls. */
export function fakeAutomation(target: Target = { ...TARGET }): FakeAutomation {
  const fake: FakeAutomation = {
    target,
    calls: { list: 0, read: [], defaults: [], tags: [], canStop: 0, signal: [] },
    listing: { kind: "listed", executions: [] },
    reads: new Map(),
    onSignal: () => ({ kind: "accepted" }),
    onRead: () => undefined,
    tagged: { kind: "read", tags: {} },
    stopping: { kind: "read", allowed: true },
    declared: { kind: "read", defaults: {}, allowedValues: {} },
    parents: () => ({ executions: [], unread: null }),
    shows: (execution) => void fake.reads.set(execution.executionId, { kind: "read", execution }),
    lists(...executions) {
      fake.listing = { kind: "listed", executions };
    },
    async listWaiting() {
      fake.calls.list++;
      return fake.listing;
    },
    async listExecutions() {
      return { kind: "listed", executions: [], hasMore: false };
    },
    async read(executionId) {
      fake.calls.read.push(executionId);
      const reading = fake.reads.get(executionId) ?? { kind: "not-found" };
      await fake.onRead(executionId);
      return reading;
    },
    async defaults(name, version) {
      fake.calls.defaults.push(`${name} ${version}`);
      return fake.declared;
    },
    async tags(executionId) {
      fake.calls.tags.push(executionId);
      return fake.tagged;
    },
    async canStop() {
      fake.calls.canStop++;
      return fake.stopping;
    },
    async withParents(execution) {
      return execution.parentExecutionId === null ? execution : { ...execution, parents: fake.parents(execution) };
    },
    signers: "bot",
    ready: async () => ({ kind: "ready" }),
    async signal(_signer, executionId, order) {
      fake.calls.signal.push({ executionId, verdict: order.kind, comment: "comment" in order ? order.comment : [] });
      return fake.onSignal(executionId, order.kind);
    },
  };
  return fake;
}
