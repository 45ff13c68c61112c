import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { makeAnswer } from "./app/answer.ts";
import { makeApply } from "./app/apply.ts";
import { makeDeliver } from "./app/deliver.ts";
import { makeDetails, makePending, makeShow } from "./app/inspect.ts";
import { makeLook } from "./app/look.ts";
import type { Automation, Chat, Clock, EventBus, Log, Store } from "./app/ports.ts";
import { makePublish } from "./app/publish.ts";
import { makeSignal } from "./app/signal.ts";
import { makePreview, makeVote } from "./app/vote.ts";
import { makeEventBus } from "./aws/event-bus.ts";
import type { Config } from "./config/config.ts";
import { type Denial, denialSentence } from "./core/decision.ts";
import { makeHealth } from "./ops/health.ts";
import { startLoop } from "./ops/loop.ts";
import { sendJson, serveHttp } from "./ops/server.ts";
import { startAnswerLoop, startVoteLoop } from "./run/click-loops.ts";
import { startMessageLoop } from "./run/message-loop.ts";
import { findWorkspace, makeSlackSide } from "./run/slack-side.ts";
import { startTarget } from "./run/target-loops.ts";
import { makeBoltLogger } from "./slack/bolt-logger.ts";
import { makeChat } from "./slack/chat.ts";
import { makeWebClient } from "./slack/client.ts";
import { makeDirectory } from "./slack/directory.ts";
import { SLACK_PATH } from "./slack/http.ts";
import type { Workspace } from "./slack/identity.ts";
import { listenForCommand } from "./slack/listeners/command.ts";
import { listenForDetails } from "./slack/listeners/details.ts";
import { listenForHome } from "./slack/listeners/home.ts";
import { listenForVerdicts } from "./slack/listeners/verdicts.ts";
import { mentionGroup, mentionUser } from "./slack/messages/people.ts";
import { code } from "./slack/messages/text.ts";
import { postgresDialect } from "./store/postgres.ts";
import { sqliteDialect } from "./store/sqlite.ts";
import { openStore } from "./store/store.ts";

export interface Bot {
  /** Where health, readiness and, in HTTP mode, Slack's requests are served. */
  port: number;
  /** Resolves with the words for the operator when the bot cannot go on. */
  failed: Promise<string>;
  /** Ends cleanly: no new clicks, then what is under way, then the store. */
  stop(): Promise<void>;
}

/** Where a test stands between the use cases and the outside. What ships passes none. */
export interface Seams {
  store: (store: Store) => Store;
  chat: (chat: Chat) => Chat;
  automation: (automation: Automation) => Automation;
  bus: (bus: EventBus) => EventBus;
}

const NO_SEAMS: Seams = { store: (own) => own, chat: (own) => own, automation: (own) => own, bus: (own) => own };

/** Slack's own host for answers to commands. */
const SLACK_RESPONSE_HOST = "hooks.slack.com";

/**
 * Puts the bot together and starts it. Throws when the store or the port cannot be had; Slack and AWS may be away at the
 * start, and are waited for.
 */
export async function startBot(config: Config, deps: { clock: Clock; log: Log; seams?: Seams }): Promise<Bot> {
  const { clock, log, seams = NO_SEAMS } = deps;
  const health = makeHealth(clock, config.pollIntervalMs);
  const failed = Promise.withResolvers<string>();
  const stopping = new AbortController();
  const store = seams.store(
    await openStore({ dialect: dialectOf(config), publishes: config.eventBus !== null, now: clock.now }),
  );
  const releases: (() => Promise<void> | void)[] = [() => store.close()];

  const storeIsUp = () => store.ping().then(...([() => true, () => false] as const));
  let fromSlack: ((request: IncomingMessage, response: ServerResponse) => void) | null = null;
  try {
    const http = await serveHttp(config.port, {
      "/healthz": (_, response) => sendJson(response, 200, { status: "ok" }),
      "/readyz": async (_, response) => {
        const { ready, parts } = await health.report(storeIsUp);
        sendJson(response, ready ? 200 : 503, { status: ready ? "ready" : "not ready", ...parts });
      },
      [SLACK_PATH]: (request, response) => {
        if (fromSlack !== null) fromSlack(request, response);
        else sendJson(response, 503, { status: "not ready" });
      },
    });
    releases.push(http.close);

    const logger = makeBoltLogger(log);
    const web = makeWebClient(config.slack.botToken, config.slack.apiUrl, logger);
    const started = findWorkspace(web, clock, log, stopping.signal).then(async (found) => {
      if (found === null) return;
      if (found.kind === "refused") return failed.resolve(found.words);
      fromSlack = await run(found.workspace);
    });
    started.catch((error: unknown) => failed.resolve(`The bot could not start: ${String(error)}`));

    const run = async (workspace: Workspace) => {
      const { routes, admins, mask } = config;
      const { requests, messages, clicks, executions, leases } = store;
      const sentence = (denial: Denial) =>
        denialSentence(denial, {
          user: mentionUser,
          group: mentionGroup,
          text: (text) => code(text, 150),
        });
      const random = Math.random;
      const newId = randomUUID;
      const chat = seams.chat(makeChat(web));
      const directory = makeDirectory(web, workspace, clock);
      const apply = makeApply({ requests, routes, clock, newId, log });
      const look = makeLook({ requests, executions, apply, mask, clock, random, log });
      const signal = makeSignal({
        requests,
        executions,
        leases,
        clock,
        random,
        owner: newId(),
        workspace: workspace.teamId,
        log,
      });
      const voting = { requests, messages, clicks, directory, routes, sentence, clock, log };
      const automation = (key: string) => targets.find((target) => target.key === key)?.automation();
      const inspecting = { requests, messages, directory, routes, admins, automation, mask };

      const onChange = () => {
        messaging.wake();
        answering.wake();
        publishing?.wake();
      };
      const messaging = startMessageLoop({
        messages,
        deliver: makeDeliver({ messages, requests, routes, chat, clock, newId, random, log }),
        clock,
        log,
      });
      const answering = startAnswerLoop({
        clicks,
        answer: makeAnswer({ clicks, chat, clock, random, log }),
        clock,
        log,
      });
      const publishing = startPublishing();
      const targets = config.targets.flatMap(({ name, regions }) =>
        regions.map((region) =>
          startTarget({
            name,
            region,
            pollIntervalMs: config.pollIntervalMs,
            store,
            look,
            signal,
            seam: seams.automation,
            health,
            clock,
            log,
            onChange,
          }),
        ),
      );
      const voters = startVoteLoop({
        clicks,
        vote: makeVote(voting),
        clock,
        log,
        onVote() {
          onChange();
          for (const target of targets) target.wakeSignal();
        },
      });
      const slack = makeSlackSide({
        config: config.slack,
        workspace,
        logger,
        clock,
        log,
        onConnected: health.slackConnected,
        onFinal: failed.resolve,
      });
      const wake = voters.wake;
      listenForVerdicts(slack.app, { ...voting, preview: makePreview(voting), chat, workspace, newId, wake });
      listenForDetails(slack.app, { details: makeDetails(inspecting), chat, workspace, log });
      const pending = makePending(inspecting);
      listenForHome(slack.app, { pending, workspace, clock });
      listenForCommand(slack.app, {
        pending,
        show: makeShow(inspecting),
        workspace,
        responseHosts: config.slack.apiUrl === null ? [SLACK_RESPONSE_HOST] : [new URL(config.slack.apiUrl).host],
        clock,
        log,
      });
      releases.push(async () => {
        await Promise.all([messaging.stop(), answering.stop(), publishing?.stop()]);
      });
      releases.push(async () => {
        await Promise.all([voters.stop(), ...targets.map((target) => target.stop())]);
      });
      releases.push(slack.stop);
      await slack.start();
      return slack.handle;
    };

    const startPublishing = () => {
      if (config.eventBus === null) return undefined;
      const bus = makeEventBus({ busName: config.eventBus.name, region: config.eventBus.region });
      const publish = makePublish({ audit: store.audit, bus: seams.bus(bus), clock, random: Math.random, log });
      const loop = startLoop({
        name: "publish",
        everyMs: 1_000,
        clock,
        log,
        round: async (abort) => ((await publish(abort)) > 0 ? 0 : undefined),
      });
      releases.push(() => bus.close());
      return loop;
    };

    return {
      port: http.port,
      failed: failed.promise,
      async stop() {
        stopping.abort();
        await started.catch(() => undefined);
        await release(releases);
      },
    };
  } catch (error) {
    await release(releases);
    throw error;
  }
}

/** Last in, first out. */
async function release(releases: (() => Promise<void> | void)[]): Promise<void> {
  for (let each = releases.pop(); each !== undefined; each = releases.pop()) await each();
}

function dialectOf({ database }: Config) {
  return database.kind === "sqlite" ? sqliteDialect(database.path) : postgresDialect(database.url);
}
