import type { InputBlock, ModalView } from "@slack/types";
import { capitalize, findTerms } from "../../core/action-terms.ts";
import { describeRequest } from "../../core/describe-step.ts";
import { MAX_REASON_LENGTH } from "../../core/evaluate-vote.ts";
import type { Route } from "../../core/policy.ts";
import { type ApprovalRequest, type Authority, isPause, type Verdict } from "../../core/request.ts";
import { describeRunContext } from "../../core/run-context.ts";
import { authorMessage } from "./author-message.ts";
import { plainText, section } from "./blocks.ts";
import { STOP_CONSEQUENCE } from "./confirmation.ts";
import { mentions } from "./mentions.ts";
import { changedParametersBlock } from "./parameters.ts";
import { warningBlock } from "./warning.ts";
import { withheldBlock, withheldRequest } from "./withheld.ts";

/** A runbook's name has at most 128 characters, its ARN some more. Source: SSM API model, DocumentARN. */
const MAX_TYPED_LENGTH = 300;

/** Renders the form that asks for a reason, the runbook's name or both before a vote counts. */
export function verdictForm(form: {
  request: ApprovalRequest;
  route: Route | null;
  verdict: Verdict;
  authority: Authority;
  asks: { reason: boolean; typed: boolean };
  /** Signed; see signed-form-state.ts. */
  metadata: string;
  /** The person is not checked yet: without what people wrote or chose for the execution. */
  withhold?: boolean;
}): ModalView {
  const { route, verdict, authority, asks, metadata, withhold = false } = form;
  const request = withhold ? withheldRequest(form.request) : form.request;
  const verb = capitalize(findTerms(request.facts).verb[verdict]);
  const breaksGlass = authority === "break-glass";
  const { documentName } = request.facts;
  const run = describeRunContext(request.facts, mentions());
  const stops = isPause(request.facts) && verdict === "reject" ? ` ${STOP_CONSEQUENCE}` : "";
  const what = `${verb} ${describeRequest(request, mentions())}.${stops}${run === null ? "" : `\n${run}`}`;
  const inputs = [...(asks.typed ? [typedInput(verb, documentName, !asks.reason)] : [])];
  if (asks.reason || !asks.typed) inputs.unshift(reasonInput(!asks.reason, isPause(request.facts)));
  return {
    type: "modal",
    callback_id: "verdict",
    private_metadata: metadata,
    title: plainText(breaksGlass ? "Break glass" : `${verb} this step`),
    submit: plainText(verb),
    close: plainText("Go back"),
    blocks: [
      warningBlock({ request, route }),
      section(breaksGlass ? `${what}\n${breakGlassNote(request)}` : what, "what"),
      ...authorMessage(request, PARTS.words, "words"),
      changedParametersBlock(request.facts.parameters, PARTS.parameters, "parameters"),
      withhold ? withheldBlock({ request: form.request, votes: [] }, "unchecked") : null,
      ...inputs,
    ].filter((block) => block !== null),
  };
}

/** The question and the changed values once more: the form is also the confirmation. */
const PARTS = {
  words: { longest: 600, lines: 8 },
  parameters: { room: 800, most: 8, longest: 150, rest: "; Details shows the others" },
} as const;

/** Only the signals of approval steps carry a comment. */
function breakGlassNote({ facts }: ApprovalRequest): string {
  const records = isPause(facts) ? "The audit record marks" : "The audit record and the comment in AWS mark";
  return `*You decide alone.* The quorum and the self-approval rule do not apply. Countersign announces the decision in the channel and to every admin. ${records} the decision as break-glass.`;
}

function reasonInput(optional: boolean, isPaused: boolean): InputBlock {
  return {
    type: "input",
    block_id: "reason",
    label: plainText("Reason"),
    optional,
    hint: plainText(
      isPaused
        ? "Shown in the message and recorded."
        : "Shown in the message, recorded, and sent to AWS with your name.",
    ),
    element: {
      type: "plain_text_input",
      action_id: "reason",
      multiline: true,
      max_length: MAX_REASON_LENGTH,
      focus_on_load: true,
    },
  };
}

function typedInput(verb: string, documentName: string, focus: boolean): InputBlock {
  return {
    type: "input",
    block_id: "typed",
    label: plainText(`Type the runbook's name to ${verb.toLowerCase()}`),
    // AWS has no longer names. If one appears anyway, no typed text can match it.
    hint: plainText(
      documentName.length <= MAX_TYPED_LENGTH
        ? "As shown above. Capital letters do not matter."
        : "This name is too long to be typed.",
    ),
    element: { type: "plain_text_input", action_id: "typed", max_length: MAX_TYPED_LENGTH, focus_on_load: focus },
  };
}
