import type { Explanation } from "../../app/admin/explain-request.ts";
import type { ExecutionsResult, ListedOnTarget } from "../../app/admin/list-executions.ts";
import type { StatsResult } from "../../app/admin/stats.ts";
import { counted } from "../../core/counted.ts";
import { describePrincipal } from "../../core/principal.ts";
import { consoleLink, executionText, unreadText } from "./aws-text.ts";
import { context, type RenderedMessage, section } from "./blocks.ts";
import { CHAR_BUDGET, describeShown, fitting } from "./budget.ts";
import { damagedTexts, failedTargetsText } from "./command-texts.ts";
import { onTarget } from "./execution-blocks.ts";
import { mentions, mentionUser, series } from "./mentions.ts";
import { pageButtons } from "./page-buttons.ts";
import { code } from "./text.ts";
import { duration, moment } from "./time.ts";

const EXECUTIONS_PAGE = 15;
const MAX_ROWS = 12;

/** Renders one page of the reply to `/approvals executions`. */
export function executionsReply(
  { executions, cut, failed }: Extract<ExecutionsResult, { kind: "executions" }>,
  { offset: asked, command, document }: { offset: number; command: string | null; document?: string | undefined },
): RenderedMessage {
  const all = executions.length;
  // AWS may return fewer executions than for the page before: then this is the last page.
  const offset = asked < all ? asked : Math.max(0, all - EXECUTIONS_PAGE);
  const isCaseNoted = all === 0 && document !== undefined;
  const text = all === 0 ? "No execution matches." : `${counted(all, "execution")}${cut.length > 0 ? " or more" : ""}.`;
  const shown = fitting(
    executions.slice(offset, offset + EXECUTIONS_PAGE).map(executionLine),
    CHAR_BUDGET - 3_500,
    EXECUTIONS_PAGE,
  );
  const end = offset + shown.length;
  const notes = [
    isCaseNoted ? "Here, the beginning of `document:` must have the exact case of the runbook's name." : null,
    shown.length === all ? null : `${Math.min(offset + 1, end)} to ${end} of ${all}, the latest first.`,
    cut.length === 0
      ? null
      : `Countersign did not read every execution of ${series(
          cut.map((key) => code(key, 60)),
          5,
        )}. Add a filter to narrow the list.`,
  ].filter((note) => note !== null);
  const partial = failedTargetsText(failed).trim();
  const buttons = pageButtons({
    command,
    previous: offset === 0 ? null : String(Math.max(0, offset - EXECUTIONS_PAGE)),
    next: end < all && shown.length > 0 ? String(end) : null,
  });
  return {
    text: failed.length === 0 ? text : `${text} Partial: Countersign could not read some targets.`,
    blocks: [
      section(`*${text}*`),
      ...(partial === "" ? [] : [section(partial)]),
      ...shown.map((line) => section(line)),
      ...(notes.length === 0 ? [] : [context(notes.join(" "))]),
      ...buttons,
    ],
  };
}

function executionLine({ target, execution }: ListedOnTarget): string {
  const { executionId, documentName, status, startedAt, executedBy, currentStepName } = execution;
  const link = consoleLink(onTarget(target, executionId));
  const at = currentStepName === null ? "" : ` at step ${code(currentStepName, 60)}`;
  return [
    `*${code(documentName, 100)}* ${executionText(status)}${at}, on ${code(target.key, 80)}`,
    `Started ${moment(startedAt)} by ${describePrincipal(executedBy, mentions(80))} · ${code(executionId, 40)}${link === null ? "" : ` · ${link}`}`,
  ].join("\n");
}

/** Renders the reply to `/approvals stats`. */
export function statsReply({
  since,
  isCut,
  statistics,
  damaged,
}: Extract<StatsResult, { kind: "stats" }>): RenderedMessage {
  const { requests, decided, timedOut, breakGlass, median, p95, people, runbooks } = statistics;
  const text = `${counted(requests, "request")} closed.`;
  const share = (count: number) => `${count} (${requests === 0 ? 0 : Math.round((100 * count) / requests)} %)`;
  const summary = [
    `*${counted(requests, "request")} closed since ${moment(since)}*${isCut ? ". More closed in this period: only the latest are counted." : ""}`,
    `Decided in Slack: ${share(decided)}. Timed out: ${share(timedOut)}. Break-glass: ${share(breakGlass)}.`,
    median === null || p95 === null
      ? "No time to decision: no request was decided in Slack."
      : `Time from the question to the decision in Slack: median ${duration(median)}, 95th percentile ${duration(p95)}.`,
  ].join("\n");
  const peopleRows = people
    .slice(0, MAX_ROWS)
    .map(
      (each) =>
        `• ${mentionUser(each.userId)}: ${each.approved} approved, ${each.rejected} rejected${each.breakGlass === 0 ? "" : `, ${each.breakGlass} by break-glass`}`,
    );
  const runbookRows = runbooks.slice(0, MAX_ROWS).map((each) => {
    const time = each.median === null ? "" : `, median ${duration(each.median)}`;
    return `• ${code(each.name, 100)}: ${counted(each.requests, "request")}, ${each.decided} decided in Slack${time}`;
  });
  return {
    text,
    blocks: [
      section(summary),
      ...table("People", peopleRows, people.length),
      ...table("Runbooks", runbookRows, runbooks.length),
      ...damagedTexts(damaged, "Not counted").map((each) => context(each)),
    ],
  };
}

function table(title: string, rows: readonly string[], all: number) {
  if (rows.length === 0) return [];
  const cut = describeShown(rows.length, all, title.toLowerCase());
  return [section([`*${title}*${cut === null ? "" : ` (${cut})`}`, ...rows].join("\n"))];
}

/** Of a section's 3,000 characters. */
const MAX_EXPLANATION = 2_800;

/** The names in an explanation. Slack notifies nobody who is mentioned in a reply that only one person sees. */
export const EXPLANATION_NAMES = mentions(120);

/** Renders the reply to `/approvals policy ID`, in the words of `countersign policy explain`. The lines are mrkdwn. */
export function explanationReply({ executionId, parts, more, unread }: Explanation): RenderedMessage {
  const source = unread === null ? "" : `\n${unreadText(unread)} This answer is from the records of Countersign.`;
  const text = `The policy for execution ${code(executionId, 60)}:${source}`;
  if (parts.length === 0)
    return { text, blocks: [section(`${text} it has no step that waits for approval, so no route applies.`)] };
  const longest = Math.min(MAX_EXPLANATION, Math.floor((CHAR_BUDGET - 1_500) / parts.length)) - 250;
  const blocks = parts.map(({ step, openedAt, stored, lines }) => {
    const opened = openedAt === undefined ? "" : `, whose request opened ${moment(openedAt)}`;
    const heads = [`*Step ${code(step, 100)}*${opened}`, ...(stored === undefined ? [] : [stored])];
    return section([...heads, ...keepLast(lines, longest - (stored?.length ?? 0))].join("\n"));
  });
  const others = more === 0 ? [] : [context(`Not shown: ${counted(more, "further step")}.`)];
  return { text, blocks: [section(text), ...blocks, ...others] };
}

/** Keeps the last lines that fit: the route that applies comes after those that do not match. */
function keepLast(all: readonly string[], room: number): string[] {
  const lines = all.map((line) => (line.length > room / 2 ? code(line, room / 2) : line.replace(/^ {2}/, "• ")));
  const kept = fitting(lines.toReversed(), room - lines.length, lines.length).toReversed();
  const cut = lines.length - kept.length;
  return cut === 0 ? kept : [`Not shown: ${counted(cut, "earlier line")}.`, ...kept];
}
