import type { Automation, Clock, Log, LogFields, Target } from "../../src/app/ports/aws.ts";
import type { AliveUntil } from "../../src/app/ports/coordination.ts";
import type {
  AcquireSlot,
  Chat,
  Directory,
  MessageContent,
  NoticeView,
  RequestView,
  Thread,
} from "../../src/app/ports/slack.ts";
import type { ListedExecution, ObservedExecution, Parents } from "../../src/core/execution.ts";
import type { NameRenderer } from "../../src/core/name-renderer.ts";
import type { Person } from "../../src/core/person.ts";
import type { SignalResult } from "../../src/core/signal-attempt.ts";
import type { SignerKind } from "../../src/core/signers.ts";
import { systemClock } from "../../src/ops/clock.ts";
import { aPerson, NOW } from "./samples.ts";

export interface TestClock extends Clock {
  /** Moves time forward and wakes the due sleepers in order. */
  advance(ms: number): void;
  /** Returns the remaining sleep of each sleeper. */
  sleeping(): number[];
}

/** Makes a clock that only the test advances. */
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

/** The heartbeat of a process that never stops. */
export const aliveUntil: AliveUntil = () => Number.POSITIVE_INFINITY;

/** Pauses a twentieth as long as on the machine's clock. */
export const QUICK: Clock = { now: Date.now, sleep: (ms, abort) => systemClock.sleep(ms / 20, abort) };

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

type PostResult = Awaited<ReturnType<Chat["post"]>>;
type UpdateResult = Awaited<ReturnType<Chat["update"]>>;
type FindResult = Awaited<ReturnType<Chat["find"]>>;
type EphemeralResult = Awaited<ReturnType<Chat["postEphemeral"]>>;

export interface FakeChat extends Chat {
  /** The messages in Slack by their ts, each with its view. */
  messages: Map<string, { channelId: string; id: string; view: RequestView }>;
  notices: { channelId: string; notice: NoticeView; thread: Thread | null }[];
  ephemerals: { channelId: string; userId: string; text: string }[];
  searches: { channelId: string; id: string; since: number; threadTs?: string }[];
  /** Replies to the next calls. With `posts`, the message is stored even if the reply is `ambiguous`. */
  nextPost: { answer: PostResult; posts?: boolean }[];
  nextUpdate: UpdateResult[];
  nextFind: FindResult[];
  nextEphemeral: EphemeralResult[];
  /** Acquires a slot; `slots` lists the call and the channel of each. */
  acquireSlot: AcquireSlot;
  slots: string[];
}

/** Makes a fake of Slack that the test controls. `now` is the time of its searches. */
export function fakeChat(now = () => Number.POSITIVE_INFINITY): FakeChat {
  let counter = 0;
  const newTs = () => `1700000000.${String(++counter).padStart(6, "0")}`;
  const storeMessage = (
    channelId: string,
    content: MessageContent,
    ts = newTs(),
    thread: Thread | null = null,
  ): string => {
    if (content.kind === "step-without-id") throw new Error("the fake has no messages without a request");
    fake.messages.set(ts, { channelId, id: content.id, view: content.view as RequestView });
    if (content.kind === "notice") fake.notices.push({ channelId, notice: content.view, thread });
    return ts;
  };
  const fake: FakeChat = {
    messages: new Map(),
    ephemerals: [],
    notices: [],
    searches: [],
    nextPost: [],
    nextUpdate: [],
    nextFind: [],
    nextEphemeral: [],
    slots: [],
    async acquireSlot(kind, channelId) {
      fake.slots.push(`${kind} ${channelId}`);
    },
    async post(channelId, content, _notAfter, thread) {
      const next = fake.nextPost.shift();
      const store = () => storeMessage(channelId, content, newTs(), thread);
      if (next?.posts) store();
      return next?.answer ?? { kind: "posted", ts: store() };
    },
    async update(channelId, ts, content) {
      const next = fake.nextUpdate.shift();
      if (next !== undefined) return next;
      storeMessage(channelId, content, ts);
      return { kind: "updated" };
    },
    fingerprint: async () => null,
    async find(channelId, id, since, threadTs) {
      fake.searches.push({ channelId, id, since, ...(threadTs == null ? {} : { threadTs }) });
      const next = fake.nextFind.shift();
      if (next !== undefined) return next;
      for (const [ts, message] of fake.messages) {
        if (message.channelId === channelId && message.id === id) return { kind: "found", ts };
      }
      return { kind: "absent", asOf: now() };
    },
    async openDirectMessage(userId) {
      return { kind: "channel", channelId: `D${userId}` };
    },
    async postEphemeral(channelId, userId, text) {
      const next = fake.nextEphemeral.shift();
      if (next !== undefined) return next;
      fake.ephemerals.push({ channelId, userId, text });
      return { kind: "delivered" };
    },
  };
  return fake;
}

export interface FakeDirectory extends Directory {
  people: Map<string, Person>;
  groups: Map<string, Set<string>>;
  /** If set, every call fails with this error. */
  error: string | null;
}

/** Makes a workspace in which everyone is a regular member unless the test says otherwise. */
export function fakeDirectory(): FakeDirectory {
  const fake: FakeDirectory = {
    people: new Map(),
    groups: new Map(),
    error: null,
    async person(userId) {
      if (fake.error !== null) return { kind: "unknown", error: fake.error };
      return { kind: "person", person: fake.people.get(userId) ?? aPerson(userId) };
    },
    async members({ users, groups }) {
      if (fake.error !== null) return { kind: "unknown", error: fake.error };
      return {
        kind: "members",
        userIds: [...users, ...groups.flatMap((group) => [...(fake.groups.get(group) ?? [])])],
      };
    },
    async byEmail(email) {
      if (fake.error !== null) return { kind: "unknown", error: fake.error };
      const found = [...fake.people.values()].find((person) => person.email === email);
      return found === undefined ? { kind: "nobody" } : { kind: "person", person: found };
    },
    wasAmong: (people, userId) =>
      people.users.includes(userId) || people.groups.some((group) => fake.groups.get(group)?.has(userId)),
    async isAmong(people, userId) {
      if (people.users.includes(userId)) return { kind: "member" };
      if (fake.error !== null) return { kind: "unknown", error: fake.error };
      const among = people.groups.some((group) => fake.groups.get(group)?.has(userId));
      return among ? { kind: "member" } : { kind: "not-member" };
    },
  };
  return fake;
}
