import type { ConfirmationDialog } from "@slack/types";
import { describeTarget, gateLabel, targetName } from "../../core/describe-step.ts";
import type { ApprovalRequest } from "../../core/request.ts";
import { quotedQuestion } from "./author-message.ts";
import { plainText } from "./blocks.ts";
import { plainNames } from "./mentions.ts";
import { changedParametersText } from "./parameters.ts";
import { plain } from "./text.ts";

/** Slack accepts 300 characters. */
const MAX_LENGTH = 300;

/**
 * Renders the dialog that asks for confirmation of an approval: the question and the changed values once more. The step,
 * the account and the Region are never cut.
 */
export function confirmation(request: ApprovalRequest): ConfirmationDialog {
  const { facts } = request;
  const label = gateLabel(facts);
  const gate = label === null ? "" : ` (${plain(label, 19)})`;
  const place = `Step ${plain(facts.stepName, 40)}${gate}, ${describeTarget(request, plainNames(30))}`;
  const room = MAX_LENGTH - place.length - 2;
  const quoted = quotedQuestion(facts, Math.floor(room / 2)) ?? "";
  const values = changedParametersText(facts.parameters, room - quoted.length);
  return {
    title: plainText(`Approve ${plain(facts.documentName, 50)} in ${plain(targetName(request), 30)}?`),
    text: plainText([quoted, values, place].filter(Boolean).join("\n")),
    confirm: plainText("Approve"),
    deny: plainText("Go back"),
    style: "primary",
  };
}
