/** The notices about waiting steps that cannot be decided in Slack. */

import type { StepWithoutId } from "../../app/ports/delivery-store.ts";
import type { NoticeView } from "../../app/ports/slack.ts";
import { cut } from "../../core/cut.ts";
import { describeRequest, describeStep, describeTarget, targetName } from "../../core/describe-step.ts";
import { TEXT_CONDITIONS } from "../../core/policy.ts";
import type { ApprovalRequest } from "../../core/request.ts";
import { describeRequester } from "../../core/requester.ts";
import { uncoveredFix, uncoveredSentence } from "../../core/uncovered.ts";
import { executionNote, idsLine, inAwsConsole } from "./aws-text.ts";
import { context, header, line, preformatted, type RenderedMessage, richText, section, span } from "./blocks.ts";
import { listingText } from "./listing-text.ts";
import { mentions } from "./mentions.ts";
import { literal, plain } from "./text.ts";

/** Renders the notice about a request that no route covers, with a route that would. */
export function noRouteMessage({ request, requester }: NoticeView): RenderedMessage {
  const { documentName, uncovered } = request.facts;
  const title = `No route applies to ${plain(documentName, 90)}`;
  const fix = uncoveredFix(uncovered, mentions());
  return {
    text: `${title}: the step cannot be decided in Slack.`,
    blocks: [
      header(title, "what"),
      section(
        `${describeStep(request.facts, mentions())}, is waiting in ${describeTarget(request, mentions())}, started by ${describeRequester(requester, mentions())}. *The step cannot be decided in Slack.* No channel has a message about the step. Decide the step ${inAwsConsole(request)}.`,
        "state",
      ),
      fix === null
        ? richText(
            [
              line(
                span("To cover such requests, add this route to the configuration before the next execution starts:"),
              ),
              preformatted(literal(routeFor(request), 1800)),
            ],
            "route",
          )
        : section(`${uncoveredSentence(uncovered, mentions())}\n*Fix:* ${fix}`, "route"),
      context(executionNote(request), "ids"),
    ],
  };
}

/** Renders the notice about a waiting step for which AWS returns no id, so that it has no request. */
export function stepWithoutIdMessage(step: StepWithoutId): RenderedMessage {
  const { documentName, stepName } = step;
  const title = `No request for ${plain(documentName, 90)}`;
  const show = mentions();
  return {
    text: `${title}: a step that waits for approval has no ID. Decide the step in the AWS console.`,
    blocks: [
      header(title, "what"),
      section(
        `${show.text(documentName)}, step ${show.text(stepName)}, is waiting for approval in ${describeTarget(step, show)}. AWS returns no \`StepExecutionId\` for this step. Without that ID, Countersign cannot verify which step a decision would reach. *The step cannot be decided in Slack.* No channel has a message about the step. Decide the step ${inAwsConsole({ ...step, facts: step })}.`,
        "state",
      ),
      context(`This notice is sent once for each step of an execution. ${idsLine({ ...step, facts: step })}`, "ids"),
    ],
  };
}

/** Renders the notice about a runbook whose Approvers do not include the principal that signs. */
export function notListedMessage({ request }: NoticeView): RenderedMessage {
  const { documentName } = request.facts;
  const title = `AWS would refuse decisions about ${plain(documentName, 75)}`;
  return {
    text: `${title}: add a line to its Approvers.`,
    blocks: [
      header(title, "what"),
      section(`${describeRequest(request, mentions())}, is waiting.\n${listingText(request)}`, "state"),
      context(`This notice is sent once for each runbook and principal · ${executionNote(request)}`, "ids"),
    ],
  };
}

/** A route that would match, as YAML. Its strings are JSON, which is valid YAML. */
function routeFor(request: ApprovalRequest): string {
  const { documentName, stepName, executedBy } = request.facts;
  const known: Record<(typeof TEXT_CONDITIONS)[number], string | null> = {
    document: documentName,
    target: targetName(request),
    account: request.account,
    region: request.region,
    step: stepName,
    startedBy: executedBy,
  };
  return [
    `- name: ${JSON.stringify(cut(documentName, 100, ""))}`,
    "  match: # remove the conditions that you do not need",
    ...TEXT_CONDITIONS.flatMap((key) => (known[key] === null ? [] : [`    ${key}: ${JSON.stringify(known[key])}`])),
    "  channels: [C...]",
    "  approvers: { groups: [S...] }",
  ].join("\n");
}
