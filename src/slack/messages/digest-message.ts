import type { KnownBlock } from "@slack/types";
import type { DigestView, RequestView } from "../../app/ports/slack.ts";
import { findTerms } from "../../core/action-terms.ts";
import { counted } from "../../core/counted.ts";
import { boundaryBefore } from "../../core/cut.ts";
import { describeStep, describeTarget } from "../../core/describe-step.ts";
import type { NameRenderer } from "../../core/name-renderer.ts";
import { findObstacle } from "../../core/obstacle.ts";
import { isPause } from "../../core/request.ts";
import { describeRequester } from "../../core/requester.ts";
import { describeRequesterRule } from "../../core/requester-rule.ts";
import { describeRunContext } from "../../core/run-context.ts";
import { button, context, header, type RenderedMessage, section } from "./blocks.ts";
import { CHAR_BUDGET, fitting, MAX_BLOCKS, textLength } from "./budget.ts";
import { type DigestGroup, groupRequests } from "./digest-groups.ts";
import { whereLine } from "./fact-lines.ts";
import { mentions } from "./mentions.ts";
import { OBSTACLE_WORDS } from "./obstacle-text.ts";
import { byVerdict } from "./state-text.ts";
import { code, plain, word } from "./text.ts";
import { moment } from "./time.ts";
import { warningLine } from "./warning.ts";
import { withoutMentions } from "./without-mentions.ts";

/** The values that an entry shows to tell requests apart: their characters together, and their number. */
const VALUES_BUDGET = 200;
const MAX_VALUES = 4;

/**
 * Renders the digest of a channel with more requests than Slack accepts messages: requests that have no message of
 * their own yet can be opened and decided from here. Requests that look the same share an entry.
 */
export function digestMessage({ since, waiting, count }: DigestView): RenderedMessage {
  if (count === 0) {
    const done = `All posted: each request that waited here since ${moment(since)} now has its own message.`;
    return {
      text: "All posted: each request that waited here now has its own message.",
      blocks: [section(done, "what")],
    };
  }
  const noun = waiting.some(({ request }) => isPause(request.facts)) ? "request" : "approval";
  const title = `${counted(count, `${noun} is`, `${noun}s are`)} waiting here`;
  const head: KnownBlock[] = [
    header(title, "what"),
    section(
      "Slack accepts only so many messages at once. Each request gets its own message soon. To decide an urgent request now, open it here.",
      "why",
    ),
  ];
  const groups = groupRequests(waiting, (view) => toKind(view, mentions(50)));
  const most = Math.floor((MAX_BLOCKS.message - head.length - 1) / BLOCKS_OF_ENTRY);
  const shown = fitting(groups.map(entry), CHAR_BUDGET - textLength(head) - 200, most);
  const more = count - groups.slice(0, shown.length).reduce((sum, group) => sum + group.count, 0);
  const foot =
    more === 0 ? [] : [context(`${counted(more, "more follows", "more follow")} as this list gets shorter.`, "more")];
  const message = {
    text: `${title}. Open an urgent request from the list to decide it now.`,
    blocks: [...head, ...shown.flat(), ...foot],
  };
  return waiting.some(({ isQuiet }) => isQuiet) ? withoutMentions(message, waiting) : message;
}

const BLOCKS_OF_ENTRY = 2;

/** The title with the button, then the facts: text beside a button has only half of the width of a phone. */
function entry({ first, count, differs }: DigestGroup): KnownBlock[] {
  const { request } = first;
  const show = mentions(50);
  const step = `*${describeStep(request.facts, show)}*${count > 1 ? ` x${count} · Open shows the most urgent one` : ""}`;
  const values = differs.map(
    ([label, ...value]) => `${label === "" ? "" : `${word(label, 40)} `}${showValue(...value)}`,
  );
  const shown = fitting(values, VALUES_BUDGET, MAX_VALUES);
  const cut = differs.length > shown.length ? [`${differs.length - shown.length} more`] : [];
  const open = {
    ...button("open", "Open", request.id),
    accessibility_label: `Open ${plain(request.facts.documentName, 60)}`,
  };
  const facts = [
    `${whereLine(first, show)} · ${progress(first, show)}`,
    describeRunContext(request.facts, show),
    [...shown, ...cut].join(" · "),
  ];
  return [
    { ...section([warningLine(first), step].filter(Boolean).join("\n"), `open-${request.id}`), accessory: open },
    section(facts.filter(Boolean).join("\n"), `facts-${request.id}`),
  ];
}

const MAX_VALUE_LENGTH = 80;
/** Characters before the difference that a long value keeps. */
const CONTEXT_LENGTH = 12;

/** Shows a value. One that is too long loses the beginning that another value has too: the cut would hide the difference. */
function showValue(value: string, shared: number): string {
  const whole = code(value, MAX_VALUE_LENGTH);
  const start = boundaryBefore(value, shared - CONTEXT_LENGTH);
  return start <= 0 || whole === code(value, Number.POSITIVE_INFINITY)
    ? whole
    : code(`…${value.slice(start)}`, MAX_VALUE_LENGTH);
}

/** Returns everything that an entry shows except values and deadlines. */
function toKind(view: RequestView, show: NameRenderer): string {
  const { request, requester } = view;
  return [
    warningLine(view) ?? "",
    describeStep(request.facts, show),
    describeTarget(request, show),
    describeRequester(requester, show),
    describeRunContext(request.facts, show) ?? "",
    progress(view, show),
  ].join("\n");
}

/** Says what is missing for a decision, and the rule for the requester. */
function progress({ request, votes, route, requester }: RequestView, show: NameRenderer): string {
  const obstacle = findObstacle(request.facts, route);
  if (obstacle !== null || route === null) return OBSTACLE_WORDS[obstacle ?? "no-route"];
  const rule = describeRequesterRule(route, requester, show);
  return `${byVerdict(votes, "approve").length} of ${route.quorum} ${findTerms(request.facts).approvals}${rule === null ? "" : ` · ${rule}`}`;
}
