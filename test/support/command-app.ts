import type { App } from "@slack/bolt";
import { type CommandDeps, listenForCommand } from "../../src/slack/listeners/command.ts";
import { fakeDirectory, type TestClock, testClock, testLog } from "./fakes.ts";

type Message = Record<string, unknown> & { text?: string; blocks?: unknown[] };
type Handler = (args: Record<string, unknown>) => Promise<void>;

export const HOOKS = "https://hooks.slack.com/commands/1";

/** The listener of `/approvals` without Bolt: what it acknowledges and what it posts, in order. */
export function commandApp(deps: Partial<CommandDeps> & Pick<CommandDeps, "reply">) {
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
  const clock: TestClock = testClock();
  const log = testLog();
  listenForCommand(app as unknown as App, {
    directory: fakeDirectory(),
    isSharedChannel: async () => ({ kind: "known", isShared: false }),
    workspace: {
      teamId: "T0HOME",
      enterpriseId: null,
      isOrgInstall: false,
      url: "https://home.slack.com/",
      name: "Home",
      botId: "B0BOT",
      botUserId: "U0BOT",
      appId: "A0APP",
      scopes: null,
    },
    isResponseUrl: (url) => url.startsWith("https://hooks.slack.com/"),
    clock,
    log,
    ...deps,
  });
  const events: ("ack" | Message)[] = [];
  const ack = async () => void events.push("ack");
  const respond = async (message: Message) => void events.push(message);
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
