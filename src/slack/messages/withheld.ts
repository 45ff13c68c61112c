import type { KnownBlock } from "@slack/types";
import type { RequestView } from "../../app/ports/slack.ts";
import { counted } from "../../core/counted.ts";
import { listNames } from "../../core/name-renderer.ts";
import type { ApprovalRequest, Outcome, RequestFacts } from "../../core/request.ts";
import { context } from "./blocks.ts";

/**
 * Returns the view for a channel that people of other organizations can read, without anything that people wrote or chose
 * for the execution: the author's message, parameters, outputs, reasons, and failures, with which AWS repeats inputs.
 */
export function withheld<View extends RequestView>(view: View): View {
  const votes = view.votes.map((vote) => ({ ...vote, reason: null }));
  return { ...view, request: withheldRequest(view.request), votes };
}

/** Returns the request without what people wrote or chose for the execution. */
export function withheldRequest(request: ApprovalRequest): ApprovalRequest {
  return {
    ...request,
    facts: { ...withoutValues(request.facts), message: null, parameters: [], evidence: [], notReplaced: [] },
    outcome: request.outcome === null ? null : withoutTexts(request.outcome),
    executionFailure: null,
    failedStep: null,
  };
}

/** Leaves out the descriptions, the value of an iteration, the target of rate control and the parameters of parent executions. */
function withoutValues({ loops, rateControl: _, descriptions: __, parents, ...facts }: RequestFacts): RequestFacts {
  return {
    ...facts,
    ...(loops === undefined ? {} : { loops: loops.map((loop) => ({ ...loop, value: null })) }),
    ...(parents === undefined ? {} : { parents: parents.map((parent) => ({ ...parent, parameters: [] })) }),
  };
}

const NOTES = {
  "shared-channel": (parts: string) =>
    `Not shown, because people of other organizations can read this channel: ${parts}. Details shows them to people of this workspace.`,
  unchecked: (parts: string) =>
    `Countersign has not checked your permission yet, so this form does not show: ${parts}. Read Details before you decide.`,
};

/** Says what a shared answer leaves out, whatever its requests have. */
export function withheldNote(): KnownBlock {
  return context(
    "Not shown, because people of other organizations can read this channel: questions, parameters, reasons, steps, records and the conditions of routes. `/approvals show ID` shows them to people who may read the request.",
    "withheld",
  );
}

/** Says what a message or a form leaves out, and why. Null if it leaves out nothing. */
export function withheldBlock(
  { request, votes }: Pick<RequestView, "request" | "votes">,
  why: keyof typeof NOTES = "shared-channel",
): KnownBlock | null {
  const { message, descriptions, evidence = [], loops = [], rateControl, parents = [] } = request.facts;
  const parameters = [request.facts, ...parents].flatMap((each) => each.parameters);
  const reasons = votes.filter(({ reason }) => reason !== null).length;
  const parts = [
    message === null ? null : "the question",
    descriptions === undefined ? null : "the descriptions",
    parameters.length === 0 ? null : counted(parameters.length, "parameter"),
    loops.every(({ value }) => value === null) ? null : "the value of the iteration",
    rateControl === undefined ? null : "the target of rate control",
    evidence.length === 0 ? null : counted(evidence.length, "output"),
    reasons === 0 ? null : counted(reasons, "reason"),
  ].filter((part) => part !== null);
  if (parts.length === 0) return null;
  return context(NOTES[why](listNames(parts, "and")), "withheld");
}

function withoutTexts({ comment: _, ...outcome }: Outcome): Outcome {
  return { ...outcome, detail: null };
}
