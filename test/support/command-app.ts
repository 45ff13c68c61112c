import type { App } from "@slack/bolt";
import { type ExplainDeps, makeExplainRequest } from "../../src/app/admin/explain-request.ts";
import { makeHealthReport } from "../../src/app/admin/health.ts";
import { makeListExecutions } from "../../src/app/admin/list-executions.ts";
import { makeHistory } from "../../src/app/admin/list-history.ts";
import { makePending } from "../../src/app/admin/list-waiting.ts";
import { makeShow } from "../../src/app/admin/show-request.ts";
import { makeStats } from "../../src/app/admin/stats.ts";
import type { Store } from "../../src/app/ports/store.ts";
import { type CommandDeps, listenForCommand } from "../../src/slack/listeners/command.ts";
import { makeCommandReply } from "../../src/slack/listeners/command-replies.ts";
import { fakeDirectory } from "./fake-slack.ts";
import { type TestClock, testClock, testLog } from "./fakes.ts";
import { AUDIT_CONTEXT, WORKSPACE } from "./samples.ts";

type Message = Record<string, unknown> & { text?: string; blocks?: unknown[] };
type Handler = (args: Record<string, unknown>) => Promise<void>;

export const HOOKS = "https://hooks.slack.com/commands/1";

/** The listener of `/approvals` without Bolt: what it acknowledges and what it posts, in order. */
export function commandApp({
  clock = testClock(),
  accepts = () => true,
  ...deps
}: Partial<CommandDeps> &
  Pick<CommandDeps, "reply"> & {
    clock?: TestClock;
    /** Whether Slack accepts a message. */
    accepts?: (message: Message) => boolean;
  }) {
  let onCommand: Handler | undefined;
  let onPage: Handler | undefined;
  const app = {
    command(_: string, handler: Handler) {
      onCommand = handler;
    },
    action(_: unknown, handler: Handler) {
      onPage = handler;
    },
  };
  const log = testLog();
  listenForCommand(app as unknown as App, {
    directory: fakeDirectory(),
    isSharedChannel: async () => ({ kind: "known", isShared: false }),
    workspace: WORKSPACE,
    isResponseUrl: (url) => url.startsWith("https://hooks.slack.com/"),
    clock,
    log,
    ...deps,
  });
  const events: ("ack" | Message)[] = [];
  const ack = async () => void events.push("ack");
  const respond = async (message: Message) => {
    if (!accepts(message)) throw new Error("expired_url");
    events.push(message);
  };
  return {
    clock,
    log,
    events,
    messages: () => events.filter((each) => each !== "ack"),
    command: (text: string, { user = "U0JANE", responseUrl = HOOKS } = {}) =>
      onCommand?.({
        ack,
        respond,
        command: { response_url: responseUrl, user_id: user, channel_id: "C0OPS", text },
      }),
    press: (value: string, more: object = {}) =>
      onPage?.({
        ack,
        respond,
        body: {
          api_app_id: "A0APP",
          team: { id: "T0HOME" },
          user: { id: "U0JANE" },
          response_url: HOOKS,
          container: { channel_id: "C0OPS", is_ephemeral: true },
          actions: [{ value }],
          ...more,
        },
      }),
  };
}

/** Every use case of `/approvals` over a store. */
export function commandReplies(
  store: Pick<Store, "requests" | "search" | "effects" | "messages" | "polls">,
  deps: Omit<ExplainDeps, "requests" | "search" | "effects" | "messages" | "policyHash"> & { policyHash?: string },
) {
  const { requests, search, effects, messages, polls } = store;
  const all = { requests, search, effects, messages, policyHash: AUDIT_CONTEXT.policyHash, ...deps };
  return makeCommandReply({
    pending: makePending(all),
    show: makeShow(all),
    history: makeHistory(all),
    executions: makeListExecutions(all),
    stats: makeStats(all),
    explain: makeExplainRequest(all),
    health: makeHealthReport({
      ...all,
      polls,
      targets: deps.targets().map(({ key }) => key),
      accounts: () => deps.targets().flatMap(({ automation }) => automation?.target ?? []),
      isSlackConnected: () => true,
      storeFault: () => null,
      isStale: () => false,
    }),
    workspace: { url: "https://acme.slack.com/" } as never,
    clock: deps.clock,
  });
}
