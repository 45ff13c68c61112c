import type {
  AcquireSlot,
  Chat,
  Directory,
  MessageContent,
  NoticeView,
  RequestView,
  Thread,
} from "../../src/app/ports/slack.ts";
import type { Person } from "../../src/core/person.ts";
import { aPerson } from "./samples.ts";

type PostResult = Awaited<ReturnType<Chat["post"]>>;
type UpdateResult = Awaited<ReturnType<Chat["update"]>>;
type FindResult = Awaited<ReturnType<Chat["find"]>>;
type IsDeletedResult = Awaited<ReturnType<Chat["isDeleted"]>>;
type EphemeralResult = Awaited<ReturnType<Chat["postEphemeral"]>>;

export interface FakeChat extends Chat {
  /** The messages in Slack by their ts, each with its view. */
  messages: Map<string, { channelId: string; id: string; view: RequestView }>;
  /** The content of each post and update. */
  contents: { channelId: string; content: MessageContent }[];
  notices: { channelId: string; notice: NoticeView; thread: Thread | null }[];
  ephemerals: { channelId: string; userId: string; text: string }[];
  searches: { channelId: string; id: string; since: number; threadTs?: string }[];
  /** Replies to the next calls. With `posts`, the message is stored even if the reply is `ambiguous`. */
  nextPost: { answer: PostResult; posts?: boolean }[];
  nextUpdate: UpdateResult[];
  nextFind: FindResult[];
  nextEphemeral: EphemeralResult[];
  /** Replies to the next checks; without one, a message that is not in `messages` is deleted. */
  nextIsDeleted: IsDeletedResult[];
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
    fake.contents.push({ channelId, content });
    if (content.kind === "notice") fake.notices.push({ channelId, notice: content.view, thread });
    return ts;
  };
  const fake: FakeChat = {
    messages: new Map(),
    ephemerals: [],
    contents: [],
    notices: [],
    searches: [],
    nextPost: [],
    nextUpdate: [],
    nextFind: [],
    nextEphemeral: [],
    nextIsDeleted: [],
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
    isDeleted: async (_, ts) => fake.nextIsDeleted.shift() ?? { kind: "known", deleted: !fake.messages.has(ts) },
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
    async postEphemeral(channelId, userId, text, mayPost) {
      if (mayPost?.() === false) return { kind: "too-late" };
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
    needsRead: (people, userId) => !people.users.includes(userId) && people.groups.length > 0,
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
