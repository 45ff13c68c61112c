import { toPartition } from "../../core/partition.ts";
import type { AwsFailure } from "../ports/aws.ts";
import type { QueueSettings } from "../ports/waiting-queue.ts";
import { credentialsFix, DENIED, describeProbe, type Probe } from "./doctor-aws.ts";
import { type Check, failed, ok, skipped, warning } from "./doctor-check.ts";
import { checkRules, type Origin, type RuleProbes } from "./doctor-rules.ts";

/** Asks SQS about the queue of events. No call deletes a message or hides it from the bot. */
export interface QueueProbes {
  url: string;
  region: string;
  /** Receives a message at most, which stays visible. */
  receive(): Promise<Probe>;
  /** Deletes no message. */
  remove(): Promise<Probe>;
  readSettings(): Promise<QueueSettings | AwsFailure>;
  rules: RuleProbes;
  /** Where the events of the queue arise. */
  origins: readonly Origin[];
}

const SUBJECT = "WAITING_QUEUE_URL";
const DEAD_LETTERS = `${SUBJECT} dead-letter queue`;

/** Checks whether the bot can use the queue, and whether rules send the events of executions to it. */
export async function checkQueue(probes: QueueProbes | null): Promise<Check[]> {
  if (probes === null) return [ok("event-queue", SUBJECT, "not set: waiting steps are found by polls only.")];
  const { url, region } = probes;
  const [, account = "", name = ""] = new URL(url).pathname.split("/");
  const arn = `arn:${toPartition(region)}:sqs:${region}:${account}:${name}`;
  const permission = (action: string, result: Probe) =>
    result.kind === "allowed"
      ? ok("event-queue", `${SUBJECT} ${action}`, `allowed on ${arn}.`)
      : failed("event-queue", `${SUBJECT} ${action}`, describeProbe(result, `Allow ${action} on ${arn}.`));
  const settings = probes.readSettings();
  const rules = checkRules(probes.rules, { arn, account, region, settings }, probes.origins);
  const received = await probes.receive();
  if (received.kind === "failed" && !DENIED.test(received.code)) {
    const text =
      received.code === "QueueDoesNotExist"
        ? `There is no queue ${name} in account ${account}, ${region}. Correct ${SUBJECT}, or remove it to find steps by polls only.`
        : `${received.code}: ${received.message}. ${credentialsFix(received, SUBJECT)}`;
    const reason = "not checked, because the queue cannot be reached.";
    return [
      failed("event-queue", `${SUBJECT} sqs:ReceiveMessage`, text),
      skipped("event-queue", `${SUBJECT} sqs:DeleteMessage`, reason),
      skipped("event-queue", DEAD_LETTERS, reason),
      ...(await rules),
    ];
  }
  return [
    permission("sqs:ReceiveMessage", received),
    permission("sqs:DeleteMessage", await probes.remove()),
    toDeadLetters(await settings, arn),
    ...(await rules),
  ];
}

function toDeadLetters(found: QueueSettings | AwsFailure, arn: string): Check {
  const deleted = "the bot deletes messages that are not events.";
  if (found.kind === "failed") {
    const fix = `Without it, ${deleted} Allow sqs:GetQueueAttributes on ${arn}.`;
    return warning("event-queue", DEAD_LETTERS, describeProbe(found, fix));
  }
  if (found.hasDeadLetters) return ok("event-queue", DEAD_LETTERS, "messages that are not events are moved to it.");
  const text = `The queue has none, so ${deleted} Add a redrive policy to ${arn} to keep them.`;
  return warning("event-queue", DEAD_LETTERS, text);
}
