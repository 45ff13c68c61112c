import type { Target } from "../../app/ports/aws.ts";
import { consoleUrl } from "../../core/console-url.ts";
import type { ObservedExecution } from "../../core/execution.ts";
import { describePrincipal } from "../../core/principal.ts";
import { executionText, idsLine } from "./aws-text.ts";
import { context, header, type RenderedMessage, section } from "./blocks.ts";
import { CHAR_BUDGET, MAX_BLOCKS, textLength } from "./budget.ts";
import { mentions, series } from "./mentions.ts";
import { stepsList, stepValues } from "./steps-list.ts";
import { code, plain } from "./text.ts";
import { moment } from "./time.ts";

const MAX_PARAMETERS = 10;

/** Renders an execution without a request, as AWS has it now, masked. */
export function executionBlocks(target: Target, execution: ObservedExecution): RenderedMessage {
  const { documentName, executionId } = execution;
  const about = onTarget(target, executionId);
  const ids = idsLine(about);
  const head = [header(plain(documentName, 140)), section(factsText(target, execution))];
  const foot = [
    context(
      `Countersign has no request for this execution. Either no step waited for approval while Countersign watched, or the request was deleted. ${ids}`,
    ),
  ];
  const marks = new Map<string, string>();
  const steps = stepsList({ execution }, marks, about);
  const used = [...head, ...foot, ...steps];
  const left = { room: CHAR_BUDGET - textLength(used), maxBlocks: MAX_BLOCKS.message - used.length };
  const where = "The AWS console shows the others.";
  return {
    text: `An execution of ${plain(documentName, 140)}.`,
    blocks: [...head, ...steps, ...stepValues({ execution }, marks, { ...left, where }), ...foot],
  };
}

function factsText(target: Target, execution: ObservedExecution): string {
  const { documentName, documentVersion, executedBy, startedAt, endedAt, status, failureMessage } = execution;
  const parameters = Object.entries(execution.parameters).map(
    ([name, values]) => `${code(name, 60)} ${code(values.join(", "), 100)}`,
  );
  return [
    `*Runbook:* ${code(documentName, 140)}${documentVersion === null ? "" : `, version ${code(documentVersion, 20)}`}`,
    `*Target:* ${code(target.key, 100)} (${code(target.account, 20)})`,
    `*Started by:* ${describePrincipal(executedBy, mentions())}, ${moment(startedAt)}`,
    `*Status:* it ${executionText(status)}${endedAt === null ? "" : `, ${moment(endedAt)}`}`,
    failureMessage === null ? null : `*Failure:* ${code(failureMessage, 500)}`,
    parameters.length === 0 ? null : `*Parameters:* ${series(parameters, MAX_PARAMETERS)}`,
  ]
    .filter((line) => line !== null)
    .join("\n");
}

/** An execution of a target, with the address of its page as the configuration decides it. */
export function onTarget({ account, region, consoleUrl: template }: Target, executionId: string) {
  const page = { account, region, executionId };
  return { ...page, facts: { consoleUrl: consoleUrl(page, template) } };
}
