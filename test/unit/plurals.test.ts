import assert from "node:assert/strict";
import { test } from "node:test";
import { findConstraintProblem } from "../../sandbox/aws/engine/parameter-constraints.ts";
import { explain } from "../../src/app/admin/policy-explain.ts";
import { describeCheck } from "../../src/cli/audit.ts";
import { counted } from "../../src/core/counted.ts";
import { failedTargetsText } from "../../src/slack/messages/command-texts.ts";
import { digestMessage } from "../../src/slack/messages/digest-message.ts";
import { healthReply } from "../../src/slack/messages/health-text.ts";
import { choiceBlocks, pendingBlocks } from "../../src/slack/messages/inspect-blocks.ts";
import { duration } from "../../src/slack/messages/time.ts";
import { visibleText } from "../support/block-limits.ts";
import { aRoute } from "../support/samples.ts";
import { view } from "./messages-examples.ts";

const LIST = { now: 0, workspaceUrl: "https://acme.slack.com/" };
const ofLength = <T>(length: number, item: T): T[] => Array.from({ length }, () => item);

function trail(count: number): string {
  const [after, last] = [0, count].map((seq) => ({ seq, hash: "0".repeat(64) }));
  assert.ok(after !== undefined && last !== undefined);
  return describeCheck({ kind: "checked", count, after, last, findings: [], isNotedDeleted: false }, null).lines.join(
    "\n",
  );
}

/** The digest of one channel, with this many requests that it does not list. */
const digest = (more: number) =>
  visibleText(digestMessage({ since: 0, waiting: [view()], count: more + 1 }).blocks.at(-1));

function health(due: number, kind: "requester" | "signal" = "requester"): string {
  const effects = [{ kind, due, failing: 0, lastError: null }];
  const work = {
    open: 0,
    uncovered: 0,
    damaged: [],
    effects,
    oldestUnpostedAt: null,
    oldestUnpublishedAt: null,
    refused: 0,
    oldestStaleAt: null,
  };
  const report = { kind: "health" as const, slackConnected: true, storeFault: null, targets: [], work, waiting: [] };
  return visibleText(healthReply(report, 0).blocks);
}

function quorum(of: number): string {
  const subject = { document: "Web", parameters: {}, defaults: {} };
  const policy = { routes: [aRoute({ quorum: of })], identities: {} };
  return explain(policy, subject).lines.join("\n");
}

const failed = (count: number) => failedTargetsText(ofLength(count, { target: "prod", error: "gone" }));
const shortText = (minChars: number) => findConstraintProblem({ type: "String", minChars }, [""]) ?? "";

/** A text with a number, and its expected part for each number. */
const TEXTS: [claim: string, render: (count: number) => string, expected: Record<number, string>][] = [
  ["a noun", (n) => counted(n, "record"), { 0: "0 records", 1: "1 record", 2: "2 records" }],
  ["a verb", (n) => counted(n, "gate is", "gates are"), { 0: "0 gates are", 1: "1 gate is", 2: "2 gates are" }],
  ["a time", (n) => duration(n * 1000), { 0: "0 seconds", 1: "1 second", 2: "2 seconds" }],
  ["two units of time", (n) => duration(n * 3_660_000), { 1: "1 hour 1 minute", 2: "2 hours 2 minutes" }],
  ["an audit trail", trail, { 0: "no records", 1: "1 record, 1 to 1", 2: "2 records, 1 to 2" }],
  [
    "the waiting requests",
    (total) => pendingBlocks([], { ...LIST, total }).text,
    { 0: "No request is waiting", 1: "1 request is waiting.", 2: "2 requests are waiting." },
  ],
  [
    "a choice",
    (total) => choiceBlocks([], { ...LIST, total }).text,
    { 1: "1 request matches.", 2: "2 requests match." },
  ],
  [
    "the title of a digest",
    (count) => digestMessage({ since: 0, waiting: [], count }).text,
    { 0: "All posted", 1: "1 approval is waiting here", 2: "2 approvals are waiting here" },
  ],
  ["the rest of a digest", digest, { 1: "1 more follows as", 2: "2 more follow as" }],
  ["a queue", (n) => health(n), { 0: "empty", 1: "1 requester lookup to do", 2: "2 requester lookups to do" }],
  ["a queue of signals", (n) => health(n, "signal"), { 1: "1 signal to send", 2: "2 signals to send" }],
  ["failed targets", failed, { 0: "", 1: "could not read 1 target.", 2: "could not read 2 targets." }],
  ["a quorum", quorum, { 1: "1 approval is needed", 2: "2 approvals are needed" }],
  ["a constraint of the stand-in", shortText, { 1: "fewer than 1 character.", 2: "fewer than 2 characters." }],
];

for (const [claim, render, expected] of TEXTS)
  test(`the plural of one item is right: ${claim}`, () => {
    for (const [count, part] of Object.entries(expected)) {
      const text = render(Number(count));
      assert.ok(text.includes(part), `${count}: ${text}`);
      assert.doesNotMatch(text, /(?<!\d of )\b1 (requests|records|approvals|targets|gates|seconds|characters)\b/);
    }
  });
