/**
 * Runs the bot that ships in a separate process with a fast clock, for tests that kill it. Mutants and crash points wrap
 * the bot's ports here: the shipped program has no switch for them.
 */
import { flushCompileCache } from "node:module";
import type { Store } from "../../src/app/ports/store.ts";
import { startBot } from "../../src/bot/start.ts";
import { NO_TEST_HOOKS } from "../../src/bot/test-hooks.ts";
import { readTextFile } from "../../src/config/file.ts";
import { loadConfig } from "../../src/config/load.ts";
import { formatProblems } from "../../src/config/problem.ts";
import { isUnverified } from "../../src/core/verify-signals.ts";
import { makeLogger } from "../../src/ops/logging.ts";
import { type FromBot, formatTurn, isDecidedWithoutEffect, type PendingWork, type ToBot } from "./bot-messages.ts";
import { findCrashHooks } from "./crash-points.ts";
import { type FastTime, makeFastClock, makeFastTime } from "./fast-time.ts";
import { findMutantHooks } from "./mutants.ts";
import { ONCALL_CHANNEL } from "./runbooks.ts";
import { chainHooks } from "./torture-hooks.ts";

const send = (message: FromBot) => process.send?.(message);
const fail = (reason: string): never => {
  send({ kind: "failed", reason });
  process.exit(1);
};

let time: FastTime | undefined;
let onTimeMoved = () => {};
let store: Store | undefined;

process.on("disconnect", () => process.exit(0));
process.on("message", (message: ToBot) => {
  switch (message.kind) {
    case "start":
      start(message).catch((error: unknown) => fail(error instanceof Error ? error.message : String(error)));
      break;
    case "move":
      time?.moveTo(message.offset);
      onTimeMoved();
      break;
    case "pending":
      if (store !== undefined) void sendPending(store, message.id);
      break;
    default:
      throw new Error(`no such message: ${message satisfies never}`);
  }
});
send({ kind: "loaded" });
flushCompileCache(); // a killed process writes no cache

async function start(order: ToBot & { kind: "start" }): Promise<void> {
  Object.assign(process.env, order.environment); // the SDK reads its own variables
  const loaded = loadConfig(process.env, readTextFile);
  if (loaded.kind === "problems") return fail(formatProblems(loaded.problems));
  const log = makeLogger(loaded.config.logLevel);
  process.on("unhandledRejection", (error) =>
    log.error({ event: "promise.rejected", err: error }, "unhandled promise rejection"),
  );
  time = makeFastTime(order.time);
  const clock = makeFastClock(time);
  onTimeMoved = clock.onTimeMoved;
  const keepStore = (opened: Store) => {
    store = opened;
    return opened;
  };
  const hooks = chainHooks(
    { ...NO_TEST_HOOKS, store: keepStore },
    findMutantHooks(order.mutant),
    findCrashHooks(order.crashPoint),
  );
  const bot = await startBot(loaded.config, { clock, log, hooks });
  send({ kind: "listening", port: bot.port });
  fail(await bot.failed);
}

const ALWAYS = Number.MAX_SAFE_INTEGER;
const MAX_ROWS = 500;

async function sendPending(from: Store, id: number): Promise<void> {
  const decided = await from.requests.inState(["decided"], MAX_ROWS);
  const ended = new Set(decided.filter(isDecidedWithoutEffect).map((request) => request.id));
  // A decision without effect ends nothing: an escalation that was not posted before it waits until the step ends.
  const isNotNeeded = ({ ts, channelId, requestId }: { ts: string | null; channelId: string; requestId: string }) =>
    ts === null && channelId === ONCALL_CHANNEL && ended.has(requestId);
  const pending: PendingWork = {
    clicks: (await from.clicks.unevaluated(ALWAYS, MAX_ROWS)).map((click) => click.key),
    replies: (await from.clicks.unreplied(ALWAYS, MAX_ROWS)).map((click) => click.key),
    signals: decided.filter((request) => !isDecidedWithoutEffect(request)).map((request) => request.id),
    sending: decided.filter((request) => request.signal === "sending").map((request) => request.id),
    verifications: (await from.requests.inState(["decided", "closed"], MAX_ROWS))
      .filter((request) => isUnverified(request) && !isDecidedWithoutEffect(request))
      .map((request) => request.id),
    messages: (await from.messages.due(ALWAYS, MAX_ROWS)).filter((row) => !isNotNeeded(row)).map((row) => row.id),
    digests: (await from.digests.current()).map((row) => row.channelId),
    notices: [
      ...(await from.recipientLookups.due(ALWAYS, MAX_ROWS)).map((lookup) => lookup.requestId),
      ...(await from.notices.due(ALWAYS, MAX_ROWS)).map((row) => row.id),
    ],
    events: (await from.audit.unpublished(ALWAYS, MAX_ROWS)).map(({ record }) => record.id),
    reminders: (await from.requests.dueToRemind(time?.now() ?? 0, MAX_ROWS)).map((request) => request.id),
    open: (await from.requests.inState(["open"], MAX_ROWS)).map((request) =>
      formatTurn(request.stepExecutionId, request.facts.waitingSince),
    ),
    withoutEffect: decided
      .filter(isDecidedWithoutEffect)
      .map((request) => formatTurn(request.stepExecutionId, request.facts.waitingSince)),
    watched: (await from.executions.watched(TARGET)).map((each) => each.executionId),
  };
  send({ kind: "pending", id, pending });
}

/** The only target in the configuration of the torture test. */
const TARGET = "default/us-east-1";
