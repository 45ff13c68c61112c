import type { ActionsBlock, ConfirmationDialog, KnownBlock } from "@slack/types";
import type { RequestView } from "../../app/ports/slack.ts";
import { describeStep, describeTarget } from "../../core/describe-step.ts";
import type { ApprovalRequest } from "../../core/request.ts";
import { authorMessage } from "./author-message.ts";
import { idsLine } from "./aws-text.ts";
import { button, context, header, plainText, type Rendered, section } from "./blocks.ts";
import { factsBlock } from "./facts.ts";
import { headline } from "./headline.ts";
import { lateBlock } from "./late.ts";
import { mentionPeople, plainNames } from "./mentions.ts";
import { parametersBlock } from "./parameters.ts";
import { reasonsBlock } from "./reasons.ts";
import { stateText } from "./state-text.ts";
import { summary } from "./summary.ts";
import { counted } from "./time.ts";

/** The most that each part may take; with the fixed parts they stay under the room of a message. */
const PARTS = {
  words: { longest: 2200, lines: 30 },
  parameters: { room: 3000, most: 12, longest: 600, rest: "; the rest behind Details" },
  reasons: { room: 1200, most: 5 },
} as const;

/** The message of a request in whatever state it is; the same view gives the same message. `withhold` leaves the parameters out. */
export function requestMessage(view: RequestView, { withhold = false }: { withhold?: boolean } = {}): Rendered {
  const { request, votes } = view;
  const blocks: (KnownBlock | null)[] = [
    header(headline(request), "what"),
    lateBlock(view),
    authorMessage(request, PARTS.words, "words"),
    factsBlock(view, "facts"),
    withhold ? withheld(request) : parametersBlock(request.facts.parameters, PARTS.parameters, "parameters"),
    section(stateText(view), "state"),
    notified(view),
    reasonsBlock(votes, PARTS.reasons, "reasons"),
    buttons(view),
    context(idsLine(request), "ids"),
  ];
  return { text: summary(view), blocks: blocks.filter((block) => block !== null) };
}

/** Those who are to know, and have no power to decide by it. */
function notified({ route }: RequestView): KnownBlock | null {
  if (route === null || route.notify.users.length + route.notify.groups.length === 0) return null;
  return context(`For information: ${mentionPeople(route.notify)}`, "notify");
}

/** Where others than this workspace's people read, parameters are not shown. */
function withheld({ facts }: ApprovalRequest): KnownBlock | null {
  const count = facts.parameters.length;
  if (count === 0) return null;
  const words = `${counted(count, "parameter")}: not shown, since people of other organisations may read this channel. Details shows them to people of this workspace.`;
  return context(words, "parameters");
}

/** Approve and Reject stand only where a click could count. */
function buttons({ request, votes, route }: RequestView): ActionsBlock {
  const details = button("details", "Details", request.id);
  const elements =
    request.state === "open" && route !== null
      ? [
          {
            ...button("approve", "Approve", request.id, "primary"),
            // Where the runbook's name is typed, that is the confirmation.
            ...(route.confirm === "typed" ? {} : { confirm: confirmation(request) }),
          },
          button("reject", "Reject", request.id, "danger"),
          ...(votes.length > 0 ? [button("withdraw", "Withdraw my approval", request.id)] : []),
          details,
        ]
      : [details];
  return { type: "actions", block_id: "decide", elements };
}

/** Slack takes 300 characters here, and the account must not be what is cut. */
function confirmation(request: ApprovalRequest): ConfirmationDialog {
  const target = describeTarget(request, plainNames(40));
  return {
    title: plainText("Approve this step?"),
    text: plainText(`${describeStep(request.facts, plainNames(70))}, in ${target}.`),
    confirm: plainText("Approve"),
    deny: plainText("Go back"),
    style: "primary",
  };
}
