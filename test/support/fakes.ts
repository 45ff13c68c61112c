import type { Automation, Clock, Log, LogFields, Target } from "../../src/app/ports/aws.ts";
import type {
  AcquireSlot,
  Chat,
  Directory,
  MessageContent,
  NoticeView,
  RequestView,
} from "../../src/app/ports/slack.ts";
import type { ListedExecution, ObservedExecution } from "../../src/core/execution.ts";
import type { Person } from "../../src/core/person.ts";
import type { SignalResult } from "../../src/core/signal-attempt.ts";
import type { SignerKind } from "../../src/core/signers.ts";
import { systemClock } from "../../src/ops/clock.ts";
import { aPerson, NOW } from "./samples.ts";

export interface TestClock extends Clock {
  /** Moves time forward; sleepers whose time has come wake up in order. */
  advance(ms: number): void;
  /** How long each that sleeps now still wants to sleep. */
  sleeping(): number[];
}

/** Time that passes only when the test says so. */
export function testClock(start = NOW): TestClock {
  let now = start;
  let sleepers: { until: number; wake: () => void }[] = [];
  return {
    now: () => now,
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
      for (const { wake } of sleepers.filter(({ until }) => until <= now).sort((a, b) => a.until - b.until)) wake();
    },
    sleeping: () => sleepers.map(({ until }) => until - now),
  };
}

/** Pauses a twentieth as long as on the machine's clock. */
export const QUICK: Clock = { now: Date.now, sleep: (ms, abort) => systemClock.sleep(ms / 20, abort) };

export interface TestLog extends Log {
  /** What was logged, by this log and its children. */
  lines: { level: string; fields: Record<string, unknown>; message: string }[];
}

export function testLog(): TestLog {
  const lines: TestLog["lines"] = [];
  const logOf = (bound: object): Log => {
    const at = (level: string) => (fields: LogFields, message: string) =>
      void lines.push({ level, fields: { ...bound, ...fields }, message });
    const child = (more: object) => logOf({ ...bound, ...more });
    return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error"), child };
  };
  return { lines, ...logOf({}) };
}

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
  calls: { list: number; read: string[]; signal: { executionId: string; verdict: string; comment: string[] }[] };
  /** What the next reads and lists tell. */
  listing: Listing;
  readings: Map<string, Reading>;
  /** What becomes of a signal; by default AWS takes it. */
  onSignal: (executionId: string, verdict: string) => SignalResult | Promise<SignalResult>;
  /** Runs before each answer to a read, as if something happened meanwhile. */
  onRead: (executionId: string) => void | Promise<void>;
  shows(execution: ObservedExecution): void;
  lists(...executions: ListedExecution[]): void;
}

/** AWS as a test dictates it. */
export function fakeAutomation(target = TARGET): FakeAutomation {
  const fake: FakeAutomation = {
    target,
    calls: { list: 0, read: [], signal: [] },
    listing: { kind: "listed", executions: [] },
    readings: new Map(),
    onSignal: () => ({ kind: "accepted" }),
    onRead: () => undefined,
    shows: (execution) => void fake.readings.set(execution.executionId, { kind: "read", execution }),
    lists(...executions) {
      fake.listing = { kind: "listed", executions };
    },
    async listWaiting() {
      fake.calls.list++;
      return fake.listing;
    },
    async read(executionId) {
      fake.calls.read.push(executionId);
      const reading = fake.readings.get(executionId) ?? { kind: "not-found" };
      await fake.onRead(executionId);
      return reading;
    },
    defaults: async () => null,
    signers: "bot",
    ready: async () => ({ kind: "ready" }),
    async signal(_signer, executionId, verdict, comment) {
      fake.calls.signal.push({ executionId, verdict, comment });
      return fake.onSignal(executionId, verdict);
    },
  };
  return fake;
}

type Posted = Awaited<ReturnType<Chat["post"]>>;
type Updated = Awaited<ReturnType<Chat["update"]>>;
type Found = Awaited<ReturnType<Chat["find"]>>;
type Told = Awaited<ReturnType<Chat["postEphemeral"]>>;

export interface FakeChat extends Chat {
  /** Messages that stand in Slack, by their ts, with the view that each shows. */
  messages: Map<string, { channelId: string; id: string; view: RequestView }>;
  told: { channelId: string; notice: NoticeView }[];
  whispers: { channelId: string; userId: string; text: string }[];
  looked: { channelId: string; id: string; since: number }[];
  /** What is answered to the next calls instead; a post that is `ambiguous` with `posts` stands all the same. */
  nextPost: { answer: Posted; posts?: boolean }[];
  nextUpdate: Updated[];
  nextFind: Found[];
  nextWhisper: Told[];
  /** Waits for a slot, as deliveries do; `slots` has the call and the channel of each. */
  acquireSlot: AcquireSlot;
  slots: string[];
}

/** Slack as a test dictates it. */
export function fakeChat(): FakeChat {
  let counter = 0;
  const newTs = () => `1700000000.${String(++counter).padStart(6, "0")}`;
  const stand = (channelId: string, content: MessageContent, ts = newTs()): string => {
    fake.messages.set(ts, { channelId, id: content.id, view: content.view as RequestView });
    if (content.kind === "notice") fake.told.push({ channelId, notice: content.view });
    return ts;
  };
  const fake: FakeChat = {
    messages: new Map(),
    whispers: [],
    told: [],
    looked: [],
    nextPost: [],
    nextUpdate: [],
    nextFind: [],
    nextWhisper: [],
    slots: [],
    async acquireSlot(kind, channelId) {
      fake.slots.push(`${kind} ${channelId}`);
    },
    async post(channelId, content) {
      const next = fake.nextPost.shift();
      if (next?.posts) stand(channelId, content);
      return next?.answer ?? { kind: "posted", ts: stand(channelId, content) };
    },
    async update(channelId, ts, content) {
      const next = fake.nextUpdate.shift();
      if (next !== undefined) return next;
      stand(channelId, content, ts);
      return { kind: "updated" };
    },
    async find(channelId, id, since) {
      fake.looked.push({ channelId, id, since });
      const next = fake.nextFind.shift();
      if (next !== undefined) return next;
      for (const [ts, message] of fake.messages) {
        if (message.channelId === channelId && message.id === id) return { kind: "found", ts };
      }
      return { kind: "absent" };
    },
    async openDirectMessage(userId) {
      return { kind: "channel", channelId: `D${userId}` };
    },
    async postEphemeral(channelId, userId, text) {
      const next = fake.nextWhisper.shift();
      if (next !== undefined) return next;
      fake.whispers.push({ channelId, userId, text });
      return { kind: "delivered" };
    },
  };
  return fake;
}

export interface FakeDirectory extends Directory {
  people: Map<string, Person>;
  groups: Map<string, Set<string>>;
  /** Set: Slack does not answer. */
  away: string | null;
}

/** A workspace in which everyone is a plain member unless the test says otherwise. */
export function fakeDirectory(): FakeDirectory {
  const fake: FakeDirectory = {
    people: new Map(),
    groups: new Map(),
    away: null,
    async person(userId) {
      if (fake.away !== null) return { kind: "unknown", error: fake.away };
      return { kind: "person", person: fake.people.get(userId) ?? aPerson(userId) };
    },
    async members({ users, groups }) {
      if (fake.away !== null) return { kind: "unknown", error: fake.away };
      return {
        kind: "members",
        userIds: [...users, ...groups.flatMap((group) => [...(fake.groups.get(group) ?? [])])],
      };
    },
    async byEmail(email) {
      if (fake.away !== null) return { kind: "unknown", error: fake.away };
      const found = [...fake.people.values()].find((person) => person.email === email);
      return found === undefined ? { kind: "nobody" } : { kind: "person", userId: found.id };
    },
    async isAmong(people, userId) {
      if (people.users.includes(userId)) return { kind: "member" };
      if (fake.away !== null) return { kind: "unknown", error: fake.away };
      const among = people.groups.some((group) => fake.groups.get(group)?.has(userId));
      return among ? { kind: "member" } : { kind: "not-member" };
    },
  };
  return fake;
}
