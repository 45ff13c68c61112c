import type { ModalView } from "@slack/types";
import { LONGEST_REASON } from "../../core/decision.ts";
import type { ApprovalRequest, Verdict } from "../../core/request.ts";
import { where } from "./aws-words.ts";
import { plainText, section } from "./blocks.ts";
import { code } from "./text.ts";

/** What the form carries back. It comes through the person's client, so nothing in it is trusted: it only says where to look. */
export interface ReasonMetadata {
  requestId: string;
  verdict: Verdict;
  channelId: string;
  messageTs: string;
}

/** The form that asks for a reason before a vote is counted. */
export function reasonView(form: {
  request: ApprovalRequest;
  verdict: Verdict;
  required: boolean;
  channelId: string;
  messageTs: string;
}): ModalView {
  const { request, verdict, required, channelId, messageTs } = form;
  const verb = verdict === "approve" ? "Approve" : "Reject";
  const metadata: ReasonMetadata = { requestId: request.id, verdict, channelId, messageTs };
  const { documentName, stepName } = request.facts;
  return {
    type: "modal",
    callback_id: "reason",
    private_metadata: JSON.stringify(metadata),
    title: plainText(`${verb} this step`),
    submit: plainText(verb),
    close: plainText("Go back"),
    blocks: [
      section(`${verb} ${code(documentName, 140)}, step ${code(stepName, 140)}, in ${where(request)}.`, "what"),
      {
        type: "input",
        block_id: "reason",
        optional: !required,
        label: plainText("Reason"),
        hint: plainText("It is shown in the message, recorded, and sent to AWS with your name."),
        element: {
          type: "plain_text_input",
          action_id: "reason",
          multiline: true,
          max_length: LONGEST_REASON,
          focus_on_load: true,
        },
      },
    ],
  };
}

/** Reads what `reasonView` wrote; null for anything else. */
export function readReasonMetadata(text: string): ReasonMetadata | null {
  const found = parsed(text);
  if (typeof found !== "object" || found === null) return null;
  const { requestId, verdict, channelId, messageTs } = found as Record<string, unknown>;
  if (typeof requestId !== "string" || typeof channelId !== "string" || typeof messageTs !== "string") return null;
  if (verdict !== "approve" && verdict !== "reject") return null;
  return { requestId, verdict, channelId, messageTs };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
