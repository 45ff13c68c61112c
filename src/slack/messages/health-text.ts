import type { HealthReport } from "../../app/admin/health.ts";
import type { EffectKind } from "../../app/ports/effect-store.ts";
import type { QueueState } from "../../app/ports/waiting-queue.ts";
import { counted } from "../../core/counted.ts";
import { CONTRADICTION_REPORT_MS } from "../../core/stale-reads.ts";
import { type Rendered, section } from "./blocks.ts";
import { CHAR_BUDGET, fitting } from "./budget.ts";
import { code } from "./text.ts";
import { duration } from "./time.ts";

/** The label of one effect, and of any other number. */
const EFFECT_LABELS: Record<EffectKind, readonly [string, string]> = {
  post: ["message to post", "messages to post"],
  update: ["message to update", "messages to update"],
  digest: ["digest to post", "digests to post"],
  notice: ["notice to post", "notices to post"],
  recipients: ["recipient lookup to do", "recipient lookups to do"],
  requester: ["requester lookup to do", "requester lookups to do"],
  signal: ["signal to send", "signals to send"],
  verify: ["signal to verify", "signals to verify"],
  click: ["click to evaluate", "clicks to evaluate"],
  reply: ["reply to deliver", "replies to deliver"],
  publish: ["audit event to publish", "audit events to publish"],
};

/** More targets and accounts are not listed one by one. */
const MAX_TARGETS = 30;

/** Executions that run or wait at the same time in an account and Region. Source: AWS documentation, quotas of Automation. */
const QUOTA = 100;
/** From this share of the quota on, the number is marked. */
const NEAR_QUOTA = 0.8;

/** A section takes 3,000 characters. */
const MAX_SECTION = 2_900;

/** Renders the reply to `/approvals health`. */
export function healthReply(report: HealthReport & { kind: "health" }, now: number): Rendered {
  const sections: string[] = [];
  for (const line of healthText(report, now).split("\n")) {
    const last = sections.at(-1);
    if (last === undefined || last.length + line.length >= MAX_SECTION) sections.push(line);
    else sections[sections.length - 1] = `${last}\n${line}`;
  }
  const blocks = fitting(
    sections.map((text) => section(text)),
    CHAR_BUDGET,
    sections.length,
  );
  return { text: "The health of Countersign.", blocks };
}

/** Describes the health, one fact on a line. */
export function healthText(report: HealthReport & { kind: "health" }, now: number): string {
  const { work, targets, slackConnected, storeFault, queue = null } = report;
  const lines = [
    `*Slack*: ${slackConnected ? "connected" : "not connected"}`,
    `*Database*: ${work === null ? "unreachable" : (storeFault ?? "OK")}`,
  ];
  if (queue !== null) lines.push(`*Event queue*: ${queueText(queue, now)}`);
  if (work === null) return lines.join("\n");
  lines.push(...targetLines(targets, now, queue !== null));
  const uncovered = work.uncovered === 0 ? "" : ` (${work.uncovered} without a route)`;
  lines.push(`*Open requests*: ${work.open}${uncovered}`);
  lines.push(
    `*Oldest request without a message*: ${age(work.oldestUnpostedAt, now, "opened ")}`,
    `*Audit events to publish*: ${age(work.oldestUnpublishedAt, now, "the oldest is from ")}`,
    ...staleLines(work.oldestStaleAt, now),
    ...waitingLines(report.waiting),
  );
  const behind = work.effects.filter(({ due }) => due > 0);
  lines.push(behind.length === 0 ? "*Queues*: empty" : "*Queues*");
  for (const { kind, due, failing, lastError } of behind) {
    const why = lastError === null ? "" : `; ${code(lastError.about, 60)}: ${code(lastError.error, 250)}`;
    const failed = failing === 0 ? "" : due === 1 ? ", after a failure" : `, ${failing} of them after a failure`;
    lines.push(`• ${counted(due, ...EFFECT_LABELS[kind])}${failed}${why}`);
  }
  return lines.join("\n");
}

/** Describes the queue of events. While it fails, polls find what it would announce. */
function queueText({ status, lastEventAt, error, failingSince }: QueueState, now: number): string {
  const last = lastEventAt === null ? "no event yet" : `last event ${age(lastEventAt, now)}`;
  if (status !== "failing") return `${status === "receiving" ? "OK" : "starting"}, ${last}`;
  const since = failingSince === null ? "" : ` for ${duration(now - failingSince)}`;
  return `failing${since}, ${last}; ${code(error ?? "unknown error", 250)}`;
}

/** One line for each target with its last poll, the failing ones first. */
function targetLines(
  targets: Extract<HealthReport, { kind: "health" }>["targets"],
  now: number,
  hasQueue: boolean,
): string[] {
  const failing = targets.filter((target) => target.stale || target.error !== null);
  const others = targets.filter((target) => !failing.includes(target));
  const shown = [...failing, ...others].slice(0, MAX_TARGETS).map(({ target, polledAt, error, everyMs, stale }) => {
    // Only with a queue does the interval change.
    const every = hasQueue && polledAt !== null ? `, polled every ${duration(everyMs)}` : "";
    const when = polledAt === null ? "never polled" : `last polled ${Math.round((now - polledAt) / 1000)} s ago`;
    return `• ${code(target, 100)}: ${stale ? "stale, " : ""}${when}${every}${error === null ? "" : `, ${code(error, 200)}`}`;
  });
  const more = targets.length > MAX_TARGETS ? [`• and ${targets.length - MAX_TARGETS} more`] : [];
  return [`*Targets*: ${targets.length - failing.length} of ${targets.length} OK`, ...shown, ...more];
}

function age(at: number | null, now: number, before = ""): string {
  return at === null ? "none" : `${before}${duration(now - at)} ago`;
}

/** Reports reads that stay stale: they delay signals. */
function staleLines(since: number | null, now: number): string[] {
  if (since === null || now - since < CONTRADICTION_REPORT_MS) return [];
  return [
    `*Reads of AWS*: they contradict earlier reads for ${duration(now - since)}, so signals may wait. The log has \`execution.read-stale\``,
  ];
}

/** Accounts with waiting executions, the fullest first: a waiting execution counts against the quota. */
function waitingLines(waiting: readonly { account: string; region: string; count: number }[]): string[] {
  const counts = waiting.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
  if (counts.length === 0) return ["*Executions waiting*: none"];
  const shown = counts.slice(0, MAX_TARGETS).map(({ account, region, count }) => {
    const mark = count >= QUOTA * NEAR_QUOTA ? ":warning: " : "";
    return `• ${mark}account ${code(account, 20)}, ${code(region, 30)}: ${count} of ${QUOTA}`;
  });
  const more = counts.length > MAX_TARGETS ? [`• and ${counts.length - MAX_TARGETS} more`] : [];
  return ["*Executions waiting*, compared with AWS's default quota of running executions", ...shown, ...more];
}
