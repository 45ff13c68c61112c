import type { Gate } from "../../app/ports/slack.ts";
import { findTerms, outcomeText } from "../../core/action-terms.ts";
import { describeDecider } from "../../core/aws-deciders.ts";
import { counted } from "../../core/counted.ts";
import { gateLabel } from "../../core/describe-step.ts";
import { listNames } from "../../core/name-renderer.ts";
import { mentions, mentionUser } from "./mentions.ts";
import { code } from "./text.ts";

const MAX_NAMED = 8;
const MAX_DECIDERS = 50;

/** "and 2 earlier gates: `/approvals show ID`"; with gates, "decided by" their people. Null for none. */
export function moreGates(count: number, executionId: string, gates: readonly Gate[] = []): string | null {
  if (count <= 0) return null;
  const people = [...new Set(gates.flatMap(everyDecider))];
  const by = people.length === 0 ? "" : `, decided by ${listNames(people, "and", MAX_DECIDERS)}`;
  return `and ${counted(count, "earlier gate")}${by}: ${code(`/approvals show ${executionId}`, 80)}`;
}

/** The people who decided a request, in Slack or in AWS, as mentions. */
function everyDecider(gate: Gate): string[] {
  if (gate.request.outcome?.where === "slack") return deciders(gate);
  return Object.values(gate.awsDeciders ?? {}).map(mentionUser);
}

/** The people whose votes decided a request, as mentions. */
function deciders({ request, votes }: Gate): string[] {
  const decisive = votes.filter((vote) => vote.verdict === request.decision);
  return [...new Set(decisive.map((vote) => mentionUser(vote.userId)))];
}

/** "gate 1 of 2: approved by @Jane and @Omar". People are mentioned, which notifies them. */
export function gateLine({ request, votes, awsDeciders = {} }: Gate): string {
  const label = gateLabel(request.facts);
  const step = label === null ? "" : `${label}, ${code(request.facts.stepName, 80)}: `;
  const { outcome, decision } = request;
  const people = deciders({ request, votes });
  if (outcome === null && decision === null) return `${step}no decision yet`;
  if (outcome === null)
    return `${step}${findTerms(request.facts).past[decision ?? "approve"]} by ${listNames(people, "and", MAX_NAMED)}`;
  const principals = outcome.by.map((arn) => describeDecider(arn, awsDeciders, mentions(100)));
  const by = outcome.where === "slack" ? people : principals;
  const place = outcome.where === "aws" ? " in AWS" : "";
  const verb = outcomeText(outcome, request.facts);
  return `${step}${verb}${place}${by.length === 0 ? "" : ` by ${listNames(by, "and", MAX_NAMED)}`}`;
}
