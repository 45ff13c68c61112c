import type { KnownBlock } from "@slack/types";
import type { Gate, NoticeView } from "../../app/ports/slack.ts";
import { outcomeText } from "../../core/denial.ts";
import { gateLabel, targetName } from "../../core/describe-step.ts";
import { listNames } from "../../core/name-renderer.ts";
import { describePrincipal } from "../../core/principal.ts";
import { executionText } from "./aws-text.ts";
import { context, line, preformatted, type Rendered, richText, section, span } from "./blocks.ts";
import { mentions, mentionUser } from "./mentions.ts";
import { code, literal, plain } from "./text.ts";
import { duration, moment } from "./time.ts";

const MAX_NAMED = 8;
const MAX_GATES = 6;
const MAX_FAILURE_LENGTH = 2000;

/** Renders the reply that reports the end of an execution: its status, its duration, and the people who decided. */
export function executionEndMessage(view: NoticeView): Rendered {
  const { request, gates = [view] } = view;
  const { executionStatus, executionEndedAt } = request;
  const { documentName, executionStartedAt } = request.facts;
  const end = executionText(executionStatus);
  const took =
    executionEndedAt === null || executionStartedAt === null
      ? ""
      : ` after ${duration(executionEndedAt - executionStartedAt)}`;
  const at = executionEndedAt === null ? "" : `, ${moment(executionEndedAt)}`;
  const blocks: (KnownBlock | null)[] = [
    section(`*The execution ${end}*${took}${at}`, "state"),
    failureBlock(view),
    context([...gates.slice(-MAX_GATES).map(gateLine), requesterLine(view)].filter(Boolean).join("\n"), "people"),
  ];
  return {
    text: `${plain(documentName, 90)} in ${plain(targetName(request), 80)} ${plain(end, 80)}${took}.`,
    blocks: blocks.filter((block) => block !== null),
  };
}

/** The failed step with AWS's texts. A rejection is no failure to explain: AWS only repeats it. */
function failureBlock({ request, gates = [] }: NoticeView): KnownBlock | null {
  const { failedStep, executionFailure } = request;
  if (failedStep === null) return executionFailure === null ? null : toFailure("AWS says:", [executionFailure]);
  const isRejected = gates.some(
    (gate) => gate.request.facts.stepName === failedStep.name && gate.request.outcome?.kind === "rejected",
  );
  if (isRejected) return null;
  const { name, message, details } = failedStep;
  return toFailure(`Step ${literal(name, 140)} failed.`, [message ?? executionFailure ?? "", ...details]);
}

function toFailure(title: string, texts: readonly string[]): KnownBlock {
  const text = texts.filter((each) => each !== "").join("\n");
  return richText(
    text === "" ? [line(span(title))] : [line(span(title)), preformatted(literal(text, MAX_FAILURE_LENGTH))],
    "failure",
  );
}

/** "gate 1 of 2: approved by @Jane and @Omar". People are mentioned, which notifies them. */
function gateLine({ request, votes }: Gate): string {
  const label = gateLabel(request.facts);
  const step = label === null ? "" : `${label}, ${code(request.facts.stepName, 80)}: `;
  const { outcome } = request;
  if (outcome === null) return `${step}no decision`;
  const decisive = outcome.where === "slack" ? votes.filter((vote) => vote.verdict === request.decision) : [];
  const people = [...new Set(decisive.map((vote) => mentionUser(vote.userId)))];
  const principals = outcome.by.map((arn) => describePrincipal(arn, mentions(100)));
  const by = outcome.where === "slack" ? people : principals;
  const place = outcome.where === "aws" ? " in AWS" : "";
  const verb = outcomeText(outcome.kind);
  return `${step}${verb}${place}${by.length === 0 ? "" : ` by ${listNames(by, "and", MAX_NAMED)}`}`;
}

/** Mentions the requester, if the requester is known and the route does not say otherwise. */
function requesterLine({ requester }: NoticeView): string | null {
  const people = requester.userIds.map(mentionUser);
  return people.length === 0 ? null : `started by ${listNames(people, "or", 5)}`;
}
