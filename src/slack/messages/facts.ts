import type { SectionBlock } from "@slack/types";
import { describeTarget, gateLabel } from "../../core/describe-step.ts";
import { DEFAULT_APPROVE_TIMEOUT_SECONDS } from "../../core/execution.ts";
import { type ApprovalRequest, deadline } from "../../core/request.ts";
import { describeRequester, type Requester } from "../../core/requester.ts";
import { fields } from "./blocks.ts";
import { mentions } from "./mentions.ts";
import { code } from "./text.ts";
import { duration, moment } from "./time.ts";

/** Which runbook and step, who started it, where, since when and until when: the facts that never change. */
export function factsBlock(
  { request, requester }: { request: ApprovalRequest; requester: Requester },
  block_id: string,
): SectionBlock {
  const { facts } = request;
  const version = facts.documentVersion === null ? "" : `, version ${code(facts.documentVersion, 20)}`;
  const gate = gateLabel(facts);
  return fields(
    [
      ["Runbook", code(facts.documentName, 140) + version],
      ["Step", code(facts.stepName, 140) + (gate === null ? "" : `, ${gate}`)],
      ["Started by", `${describeRequester(requester, facts.executedBy, mentions())}${startedWhen(request)}`],
      ["Where", describeTarget(request, mentions())],
      ["Asked", moment(askedAt(request))],
      ["Decide by", deadlineText(request)],
    ],
    block_id,
  );
}

/** When people were asked: the moment the step began to wait, as far as AWS told. */
export function askedAt(request: ApprovalRequest): number {
  return request.facts.waitingSince ?? request.openedAt;
}

function startedWhen({ facts }: ApprovalRequest): string {
  return facts.executionStartedAt === null ? "" : `, ${moment(facts.executionStartedAt)}`;
}

/** Until when the request can be decided. In mrkdwn. */
export function deadlineText({ facts }: ApprovalRequest): string {
  const until = deadline(facts, DEFAULT_APPROVE_TIMEOUT_SECONDS);
  if (until === null) return "not known";
  if (!until.presumed) return moment(until.at);
  return `${moment(until.at)} (presumed: AWS's default of ${duration(DEFAULT_APPROVE_TIMEOUT_SECONDS * 1000)})`;
}
