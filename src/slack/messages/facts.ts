import type { SectionBlock } from "@slack/types";
import { DEFAULT_APPROVE_TIMEOUT_SECONDS } from "../../core/execution.ts";
import { type ApprovalRequest, deadline } from "../../core/request.ts";
import { where } from "./aws-text.ts";
import { fields } from "./blocks.ts";
import { principal } from "./mentions.ts";
import { code } from "./text.ts";
import { duration, moment } from "./time.ts";

/** Which runbook and step, who started it, where, since when and until when: the facts that never change. */
export function factsBlock(request: ApprovalRequest, block_id: string): SectionBlock {
  const { facts } = request;
  const version = facts.documentVersion === null ? "" : `, version ${code(facts.documentVersion, 20)}`;
  const gate = facts.gates > 1 ? `, gate ${facts.gate} of ${facts.gates}` : "";
  return fields(
    [
      ["Runbook", code(facts.documentName, 140) + version],
      ["Step", code(facts.stepName, 140) + gate],
      ["Started by", `${code(principal(facts.executedBy), 140)}${startedWhen(request)}`],
      ["Where", where(request)],
      ["Asked", moment(askedAt(request))],
      ["Decide by", decideBy(request)],
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

function decideBy({ facts }: ApprovalRequest): string {
  const until = deadline(facts, DEFAULT_APPROVE_TIMEOUT_SECONDS);
  if (until === null) return "not known";
  if (!until.presumed) return moment(until.at);
  return `${moment(until.at)} (presumed: AWS's default of ${duration(DEFAULT_APPROVE_TIMEOUT_SECONDS * 1000)})`;
}
