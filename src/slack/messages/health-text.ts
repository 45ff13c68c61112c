import type { SectionBlock } from "@slack/types";
import type { HealthReport } from "../../app/admin/health.ts";
import type { Backlog, EffectKind } from "../../app/ports/effect-store.ts";
import type { DamagedRequest } from "../../app/ports/request-search.ts";
import type { QueueState } from "../../app/ports/waiting-queue.ts";
import { counted } from "../../core/counted.ts";
import { LAG_LIMITS_MS } from "../../core/lag-limits.ts";
import { CONTRADICTION_REPORT_MS } from "../../core/stale-reads.ts";
import { context, type RenderedMessage, section } from "./blocks.ts";
import { CHAR_BUDGET } from "./budget.ts";
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

/** Room for the line that counts them. */
const COUNT_LENGTH = 60;

/** Executions that run or wait at the same time in an account and Region. Source: AWS documentation, quotas of Automation. */
const QUOTA = 100;
/** From this share of the quota on, the number is marked. */
const NEAR_QUOTA = 0.8;

/** A section takes 3,000 characters. */
const MAX_SECTION = 2_900;

type Work = NonNullable<(HealthReport & { kind: "health" })["work"]>;

/** One line, and the lines below it. Lines with a problem come first. */
interface Subject extends Line {
  items?: Line[];
}

interface Line {
  text: string;
  isProblem?: boolean;
}

/** Renders the reply to `/approvals health`. */
export function healthReply(report: HealthReport & { kind: "health" }, now: number): RenderedMessage {
  const { sections, left } = healthSections(report, now, { room: CHAR_BUDGET - 200, most: Infinity });
  const note =
    "Not everything fits here. The metrics have every target: `countersign_target_up` and `countersign_executions_waiting`.";
  return { text: "The health of Countersign.", blocks: [...sections, ...(left > 0 ? [context(note)] : [])] };
}

/**
 * Renders the health in `room` characters, with at most `most` items of a subject. `left`: the number of items that are
 * not shown; the text counts them by subject.
 */
export function healthSections(
  report: HealthReport & { kind: "health" },
  now: number,
  { room, most }: { room: number; most: number },
): { sections: SectionBlock[]; left: number } {
  const { lines, left } = fitSubjects(healthSubjects(report, now), room, most);
  const texts: string[] = [];
  for (const line of lines) {
    const last = texts.at(-1);
    if (last === undefined || last.length + line.length >= MAX_SECTION) texts.push(line);
    else texts[texts.length - 1] = `${last}\n${line}`;
  }
  return { sections: texts.map((text) => section(text)), left };
}

/** Shows every subject, and as many items as fit: the problems of all subjects before anything else. */
function fitSubjects(subjects: readonly Subject[], room: number, most: number): { lines: string[]; left: number } {
  const all = byProblem(subjects).map((subject) => ({ ...subject, items: byProblem(subject.items ?? []), shown: 0 }));
  const candidates = all.flatMap((subject) =>
    subject.items.slice(0, most).map((item, index) => ({ subject, index, ...item })),
  );
  let free =
    room - all.reduce((sum, { text, items }) => sum + text.length + (items.length > 0 ? COUNT_LENGTH : 0) + 1, 0);
  for (const { subject, text } of byProblem(candidates.sort((a, b) => a.index - b.index))) {
    free -= text.length + 1;
    if (free < 0) break;
    subject.shown++;
  }
  const lines = all.flatMap(({ text, items, shown }) => [
    text,
    ...items.slice(0, shown).map((item) => item.text),
    ...countLeft(items.slice(shown)),
  ]);
  return { lines, left: all.reduce((sum, { items, shown }) => sum + items.length - shown, 0) };
}

const byProblem = <T extends Line>(all: readonly T[]): T[] => [
  ...all.filter(({ isProblem }) => isProblem),
  ...all.filter(({ isProblem }) => !isProblem),
];

function countLeft(items: readonly Line[]): string[] {
  const problems = items.filter(({ isProblem }) => isProblem).length;
  const which = problems === 0 ? "" : `, ${problems} of them with a problem`;
  return items.length === 0 ? [] : [`• and ${items.length} more${which}`];
}

/** Describes the health. */
function healthSubjects(report: HealthReport & { kind: "health" }, now: number): Subject[] {
  const { work, targets, slackConnected, storeFault, queue = null } = report;
  const subjects: Subject[] = [
    { text: `*Slack*: ${slackConnected ? "connected" : "not connected"}`, isProblem: !slackConnected },
    {
      text: `*Database*: ${work === null ? "unreachable" : (storeFault ?? "OK")}`,
      isProblem: work === null || storeFault !== null,
    },
  ];
  if (queue !== null) {
    const distrusted = targets.filter(({ unannouncedAt }) => unannouncedAt !== null).length;
    const mark =
      distrusted === 0
        ? ""
        : `; :warning: executions in ${counted(distrusted, "target")} changed without an event. Check the EventBridge rules.`;
    const isProblem = queue.status === "failing" || distrusted > 0;
    subjects.push({ text: `*Event queue*: ${queueText(queue, now)}${mark}`, isProblem });
  }
  if (work === null) return subjects;
  const uncovered = work.uncovered === 0 ? "" : ` (${work.uncovered} without a route)`;
  return [
    ...subjects,
    targetsSubject(targets, now, queue !== null),
    { text: `*Open requests*: ${work.open}${uncovered}`, isProblem: work.uncovered > 0 },
    ...damagedSubject(work.damaged),
    {
      text: `*Not posted yet*: ${age(work.oldestUnpostedAt, now, "the oldest request opened ")}`,
      isProblem: isOlder(work.oldestUnpostedAt, now, LAG_LIMITS_MS.unposted),
    },
    unpublishedSubject(work, now),
    ...retentionSubject(work.stoppedRetention ?? null),
    ...staleReads(work.oldestStaleAt, now),
    waitingSubject(report.waiting),
    queuesSubject(work.effects),
  ];
}

function retentionSubject(stop: Work["stoppedRetention"] | null): Subject[] {
  if (stop == null) return [];
  const text = `*Retention*: stopped before request ${code(stop.requestId, 60)} (${stop.reason}). Countersign deletes no later request.`;
  return [{ text, isProblem: true }];
}

const isOlder = (at: number | null, now: number, limit: number) => at !== null && now - at > limit;

/** An event that the bus refused is in the backlog, and does not count as the oldest. */
function unpublishedSubject({ oldestUnpublishedAt, refused }: Work, now: number): Subject {
  const due = oldestUnpublishedAt === null && refused > 0 ? [] : [age(oldestUnpublishedAt, now, "the oldest is from ")];
  const failed = refused === 0 ? [] : [`${counted(refused, "refused event")}, sent again after a restart`];
  const isProblem = refused > 0 || isOlder(oldestUnpublishedAt, now, LAG_LIMITS_MS.unpublished);
  return { text: `*Audit events to publish*: ${[...due, ...failed].join("; ")}`, isProblem };
}

function damagedSubject(damaged: readonly DamagedRequest[]): Subject[] {
  if (damaged.length === 0) return [];
  const items = damaged.map(({ id, executionId }) => ({
    text: `• ${code(id, 60)}, execution ${code(executionId, 60)}`,
    isProblem: true,
  }));
  const text = `*Damaged requests*: ${damaged.length}. Nothing is sent or posted for them. Decide each step in the AWS console, and restore the row from a backup or close it.`;
  return [{ text, isProblem: true, items }];
}

function queuesSubject(effects: readonly Backlog[]): Subject {
  const items = effects
    .filter(({ due }) => due > 0)
    .map(({ kind, due, failing, lastError }) => {
      const why = lastError === null ? "" : `; ${code(lastError.about, 60)}: ${code(lastError.error, 250)}`;
      const failed = failing === 0 ? "" : due === 1 ? ", after a failure" : `, ${failing} of them after a failure`;
      return { text: `• ${counted(due, ...EFFECT_LABELS[kind])}${failed}${why}`, isProblem: failing > 0 };
    });
  const isProblem = items.some((item) => item.isProblem);
  return { text: items.length === 0 ? "*Queues*: empty" : "*Queues*", isProblem, items };
}

/** Describes the queue of events. While it fails, polls find what it would announce. */
function queueText({ status, lastEventAt, error, failingSince }: QueueState, now: number): string {
  const last = lastEventAt === null ? "no event yet" : `last event ${age(lastEventAt, now)}`;
  if (status !== "failing") return `${status === "receiving" ? "OK" : "starting"}, ${last}`;
  const since = failingSince === null ? "" : ` for ${duration(now - failingSince)}`;
  return `failing${since}, ${last}; ${code(error ?? "unknown error", 250)}`;
}

/** One item for each target with its last poll. */
function targetsSubject(
  targets: Extract<HealthReport, { kind: "health" }>["targets"],
  now: number,
  hasQueue: boolean,
): Subject {
  const items = targets.map(({ target, polledAt, error, everyMs, unannouncedAt, stale }) => {
    const why =
      unannouncedAt === null ? "" : ` because an execution changed without an event ${age(unannouncedAt, now)}`;
    // Only with a queue does the interval change.
    const every = hasQueue && polledAt !== null ? `, polled every ${duration(everyMs)}${why}` : "";
    const when = polledAt === null ? "never polled" : `last polled ${age(polledAt, now)}`;
    const text = `• ${code(target, 100)}: ${stale ? "stale, " : ""}${when}${every}${error === null ? "" : `, ${code(error, 200)}`}`;
    return { text, isProblem: stale || error !== null || unannouncedAt !== null };
  });
  const failing = targets.filter(({ stale, error }) => stale || error !== null).length;
  const text = `*Targets*: ${targets.length - failing} of ${targets.length} OK`;
  return { text, isProblem: items.some((item) => item.isProblem), items };
}

function age(at: number | null, now: number, before = ""): string {
  // App Home rounds the time to minutes.
  return at === null ? "none" : `${before}${now - at < 60_000 ? "less than a minute" : duration(now - at)} ago`;
}

/** Reports reads that stay stale: they delay signals. */
function staleReads(since: number | null, now: number): Subject[] {
  if (since === null || now - since < CONTRADICTION_REPORT_MS) return [];
  const text = `*Reads of AWS*: AWS has returned outdated data for ${duration(now - since)}. Countersign may delay signals. Search the log for \`execution.read-stale\`.`;
  return [{ text, isProblem: true }];
}

/** Accounts with waiting executions, the fullest first: a waiting execution counts against the quota. */
function waitingSubject(waiting: readonly { account: string; region: string; count: number }[]): Subject {
  const counts = waiting.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
  if (counts.length === 0) return { text: "*Executions waiting*: none" };
  const items = counts.map(({ account, region, count }) => {
    const isProblem = count >= QUOTA * NEAR_QUOTA;
    const mark = isProblem ? ":warning: " : "";
    return { text: `• ${mark}account ${code(account, 20)}, ${code(region, 30)}: ${count} of ${QUOTA}`, isProblem };
  });
  const isProblem = items.some((item) => item.isProblem);
  return {
    text: `*Executions waiting*. AWS's default limit in an account and Region: ${QUOTA} executions that run or wait`,
    isProblem,
    items,
  };
}
