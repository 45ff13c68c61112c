import type { Registry } from "prom-client";
import type { Automation, AwsCalls, EventBus } from "../../app/ports/aws.ts";
import type { SlackCalls } from "../../app/ports/slack.ts";
import { findWaitingWithoutId } from "../../core/execution.ts";
import type { SignalResult } from "../../core/signal-attempt.ts";
import { counter, histogram, startAtZero } from "./register.ts";

/** The calls that the bot makes. Others are counted as "other", so that no reply adds labels without limit. */
const SLACK_METHODS = [
  "apps.connections.open",
  "auth.teams.list",
  "auth.test",
  "bots.info",
  "chat.postEphemeral",
  "chat.postMessage",
  "chat.update",
  "conversations.history",
  "conversations.info",
  "conversations.members",
  "conversations.open",
  "conversations.replies",
  "usergroups.users.list",
  "users.info",
  "users.lookupByEmail",
  "views.open",
  "views.publish",
  "views.push",
  "views.update",
];
const AWS_OPERATIONS = [
  "AssumeRole",
  "DeleteMessageBatch",
  "DescribeAutomationExecutions",
  "DescribeAutomationStepExecutions",
  "GetAutomationExecution",
  "GetCallerIdentity",
  "GetDocument",
  "GetQueueAttributes",
  "ListTagsForResource",
  "PutEvents",
  "ReceiveMessage",
  "SendAutomationSignal",
  "StopAutomationExecution",
];
const SLACK_RESULTS = ["ok", "refused", "limited", "failed", "unreachable"];
const AWS_RESULTS = ["ok", "refused", "denied", "throttled", "failed", "unreachable"];

const SIGNAL_RESULTS = ["accepted", "refused", "not-sent", "ambiguous"] satisfies SignalResult["kind"][];

/** Why the event bus did not accept an event, by its code. Source: EventBridge API, PutEvents. */
const PUBLISH_REASONS = {
  denied: /AccessDenied|NotAuthorized/,
  throttled: /Throttl/,
  invalid: /Malformed|InvalidArgument|ResourceNotFound/,
  failed: /(?:)/,
};

const WAIT_BUCKETS = [0.1, 0.5, 1, 2, 5, 10, 30, 60];
const POLL_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Counts the calls to Slack and AWS by method and result, and their waits for rate limits. */
export function countCalls(registry: Registry): { slack: SlackCalls; aws: AwsCalls } {
  const labels = ["method", "result"];
  const slack = counter(registry, "slack_calls_total", "Calls to Slack's Web API, by method and result.", labels);
  for (const method of [...SLACK_METHODS, OTHER]) startAtZero(slack, "result", SLACK_RESULTS, { method });
  const aws = counter(registry, "aws_calls_total", "Calls to AWS, each attempt, by operation and result.", labels);
  for (const method of [...AWS_OPERATIONS, OTHER]) startAtZero(aws, "result", AWS_RESULTS, { method });
  const help =
    "How long calls waited for a rate limit, of Slack or learned from AWS. Calls without a wait are not counted.";
  const waits = histogram(registry, "rate_limit_wait_seconds", help, WAIT_BUCKETS, ["service"]);
  for (const service of ["slack", "aws"]) waits.zero({ service });
  return {
    slack: {
      called: (method, result) => slack.inc({ method: SLACK_METHODS.includes(method) ? method : OTHER, result }),
      waited: (ms) => waits.observe({ service: "slack" }, ms / 1000),
    },
    aws: {
      called: (method, result) => aws.inc({ method: AWS_OPERATIONS.includes(method) ? method : OTHER, result }),
      waited: (ms) => waits.observe({ service: "aws" }, ms / 1000),
    },
  };
}

const OTHER = "other";

/** Counts the signals, the time of polls, and the waiting steps without an id. */
export function countAutomation(registry: Registry, now: () => number) {
  const signals = counter(registry, "signals_total", "Signals to AWS, by result.", ["result"]);
  startAtZero(signals, "result", SIGNAL_RESULTS);
  const withoutId = counter(
    registry,
    "steps_without_id_total",
    "Reads that show a waiting approve step for which AWS returns no StepExecutionId: it cannot be decided in Slack.",
  );
  const help = "Duration of the polls of a target by this process: the list of its waiting executions.";
  const polls = histogram(registry, "poll_seconds", help, POLL_BUCKETS, ["target"]);
  return (own: Automation): Automation => ({
    ...own,
    async listWaiting(...call) {
      const begin = now();
      const listed = await own.listWaiting(...call);
      polls.observe({ target: own.target.key }, (now() - begin) / 1000);
      return listed;
    },
    async read(...call) {
      const reading = await own.read(...call);
      if (reading.kind === "read") withoutId.inc(findWaitingWithoutId(reading.execution).length);
      return reading;
    },
    async signal(...call) {
      const result = await own.signal(...call);
      signals.inc({ result: result.kind });
      return result;
    },
  });
}

/** Counts the audit events that the event bus did not accept. */
export function countEvents(registry: Registry) {
  const help = "Audit events that the event bus did not accept, by reason.";
  const unpublished = counter(registry, "publish_failures_total", help, ["reason"]);
  const reasons = Object.entries(PUBLISH_REASONS);
  startAtZero(unpublished, "reason", Object.keys(PUBLISH_REASONS));
  return (own: EventBus): EventBus => ({
    ...own,
    async publish(...call) {
      const results = await own.publish(...call);
      for (const result of results) {
        const reason = result.kind === "failed" ? reasons.find(([, code]) => code.test(result.code)) : undefined;
        if (reason !== undefined) unpublished.inc({ reason: reason[0] });
      }
      return results;
    },
  });
}
