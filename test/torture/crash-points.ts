import type { EventBus } from "../../src/app/ports/aws.ts";
import type { Chat, MessageContent } from "../../src/app/ports/slack.ts";
import type { RequestChange, Store } from "../../src/app/ports/store.ts";
import { NO_TEST_HOOKS, type TestHooks } from "../../src/bot/test-hooks.ts";
import { type RequestHook, wrapRequestWrites } from "../support/wrap-request-writes.ts";

/** Ends this process like a power failure. No code after it runs. */
function die(): never {
  process.kill(process.pid, "SIGKILL");
  throw new Error("SIGKILL had no effect");
}

/** Dies before the first call whose arguments match. */
const dieBefore =
  <A extends unknown[], R>(call: (...given: A) => Promise<R>, matches: (...given: A) => boolean = () => true) =>
  async (...given: A): Promise<R> =>
    matches(...given) ? die() : call(...given);

/** Dies after the first call whose arguments match has taken effect. */
const dieAfter =
  <A extends unknown[], R>(call: (...given: A) => Promise<R>, matches: (...given: A) => boolean = () => true) =>
  async (...given: A): Promise<R> => {
    const result = await call(...given);
    return matches(...given) ? die() : result;
  };

const requests = (around: RequestHook): TestHooks => ({
  ...NO_TEST_HOOKS,
  store: (own) => wrapRequestWrites(own, around),
});
const messages = (around: (own: Store["messages"]) => Partial<Store["messages"]>): TestHooks => ({
  ...NO_TEST_HOOKS,
  store: (own) => ({ ...own, messages: { ...own.messages, ...around(own.messages) } }),
});
const clicks = (around: (own: Store["clicks"]) => Partial<Store["clicks"]>): TestHooks => ({
  ...NO_TEST_HOOKS,
  store: (own) => ({ ...own, clicks: { ...own.clicks, ...around(own.clicks) } }),
});
const chat = (around: (own: Chat) => Partial<Chat>): TestHooks => ({
  ...NO_TEST_HOOKS,
  chat: (own) => ({ ...own, ...around(own) }),
});
const bus = (publish: (own: EventBus["publish"]) => EventBus["publish"]): TestHooks => ({
  ...NO_TEST_HOOKS,
  bus: (own) => ({ ...own, publish: publish(own.publish) }),
});

const recordsVote = (change: RequestChange) => change.vote !== undefined;
const recordsSignal = (state: string) => (change: RequestChange) =>
  change.patch.signal === state && change.patch.state === undefined;
const closesRequest = (change: RequestChange) => change.patch.state === "closed";
const showsEnd = (_channel: string, _ts: string, content: MessageContent) =>
  content.kind === "request" && content.view.request.state === "closed";
const isDenied = (_id: string, reply: string | null) => reply !== null;

/** Every point between two steps of a request where a crash could lose or repeat something. */
const POINTS: Record<string, TestHooks> = {
  "after the request is recorded, before its message is claimed": requests((own) => ({ open: dieAfter(own.open) })),
  "after the claim, before the post": chat((own) => ({ post: dieBefore(own.post) })),
  "after the post, before its ts is recorded": chat((own) => ({ post: dieAfter(own.post) })),
  "after the ts is recorded": messages((own) => ({ recordPosted: dieAfter(own.recordPosted) })),
  "after the click is recorded, before it is acknowledged": {
    ...NO_TEST_HOOKS,
    store: (own) => ({
      ...own,
      ackStore: { ...own.ackStore, clicks: { ...own.ackStore.clicks, record: dieAfter(own.ackStore.clicks.record) } },
    }),
  },
  "after the click is acknowledged, before the vote is recorded": requests((own) => ({
    advance: dieBefore(own.advance, recordsVote),
  })),
  "after the vote is recorded, before the signal is due": requests((own) => ({
    advance: dieAfter(own.advance, recordsVote),
  })),
  "after the fresh read, before the attempt is recorded": requests((own) => ({
    advance: dieBefore(own.advance, recordsSignal("sending")),
  })),
  "after the attempt is recorded, before the signal": requests((own) => ({
    advance: dieAfter(own.advance, recordsSignal("sending")),
  })),
  "after the signal, before its outcome is recorded": {
    ...NO_TEST_HOOKS,
    automation: (own) => ({ ...own, signal: dieAfter(own.signal) }),
  },
  "after the signal's outcome is recorded, before the request is closed": requests((own) => ({
    advance: dieAfter(own.advance, recordsSignal("accepted")),
  })),
  "after the request is closed, before its message shows it": requests((own) => ({
    advance: dieAfter(own.advance, closesRequest),
  })),
  "after the message shows the end, before that is recorded": chat((own) => ({
    update: dieAfter(own.update, showsEnd),
  })),
  "after a denial is recorded, before the reply is sent": clicks((own) => ({
    recordEvaluated: dieAfter(own.recordEvaluated, isDenied),
  })),
  "after the reply is delivered, before that is recorded": chat((own) => ({
    postEphemeral: dieAfter(own.postEphemeral),
  })),
  "before events are published": bus((publish) => dieBefore(publish)),
  "after events are published, before that is recorded": bus((publish) => dieAfter(publish)),
};

export const CRASH_POINTS = Object.keys(POINTS);

export function findCrashHooks(name: string | null): TestHooks {
  if (name === null) return NO_TEST_HOOKS;
  const hooks = POINTS[name];
  if (hooks === undefined) throw new Error(`There is no crash point "${name}".`);
  return hooks;
}
