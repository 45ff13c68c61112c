import type { ConfirmationDialog } from "@slack/types";
import type { RequestView } from "../../app/ports/slack.ts";
import { capitalize, findTerms } from "../../core/action-terms.ts";
import { describeTarget, gateLabel, targetName } from "../../core/describe-step.ts";
import type { RequestFacts, Verdict } from "../../core/request.ts";
import { describeRunContext } from "../../core/run-context.ts";
import { quotedQuestion } from "./author-message.ts";
import { plainText } from "./blocks.ts";
import { plainNames } from "./mentions.ts";
import { changedParametersText } from "./parameters.ts";
import { plain } from "./text.ts";
import { plainWarning } from "./warning.ts";

/** Slack accepts 300 characters. */
const MAX_LENGTH = 300;
const MAX_WARNING_LENGTH = 60;
/** The characters of the question and the values, also next to the longest names. */
const MIN_ROOM = 20;

/** The consequence of a stop, in every surface that asks for confirmation of one. */
export const STOP_CONSEQUENCE = "This cancels the whole execution.";

/**
 * Renders the dialog that asks for confirmation of an approval or a stop: the consequence of a stop, the warnings, the question
 * and the changed values once more. The step, the account and the Region are never cut.
 */
export function confirmation(view: Pick<RequestView, "request" | "route">, verdict: Verdict): ConfirmationDialog {
  const { request } = view;
  const { facts } = request;
  const verb = capitalize(findTerms(facts).verb[verdict]);
  const consequence = verdict === "reject" ? STOP_CONSEQUENCE : "";
  const label = gateLabel(facts);
  const gate = label === null ? "" : ` (${plain(label, 40)})`;
  const place = `Step ${plain(facts.stepName, 40)}${gate}, ${describeTarget(request, plainNames(30))}`;
  const warned = plainWarning(view);
  const warning = warned === null ? "" : plain(warned, MAX_WARNING_LENGTH);
  const left = MAX_LENGTH - place.length - warning.length - consequence.length - 5;
  const run = plainRunContext(facts, left - MIN_ROOM);
  const room = left - run.length;
  const quoted = quotedQuestion(facts, Math.floor(room / 2)) ?? "";
  const values = changedParametersText(facts.parameters, room - quoted.length);
  return {
    title: plainText(`${verb} ${plain(facts.documentName, 50)} in ${plain(targetName(request), 30)}?`),
    text: plainText([consequence, warning, quoted, values, run, place].filter(Boolean).join("\n")),
    confirm: plainText(verb),
    deny: plainText("Go back"),
    style: verdict === "reject" ? "danger" : "primary",
  };
}

/** The innermost iteration, else the target of rate control or the parent; empty if there is none or it does not fit. */
function plainRunContext({ loops, rateControl, parents = [] }: RequestFacts, room: number): string {
  const parent = { parents: parents.slice(0, 1).map((each) => ({ ...each, parameters: [] })) };
  const context =
    loops === undefined ? (rateControl === undefined ? parent : { rateControl }) : { loops: loops.slice(0, 1) };
  const run = describeRunContext(context, plainNames(24)) ?? "";
  return run.length <= room ? run : "";
}
