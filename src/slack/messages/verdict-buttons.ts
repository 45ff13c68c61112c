import type { ActionsBlock, Button } from "@slack/types";
import type { RequestView } from "../../app/ports/slack.ts";
import { findObstacle } from "../../core/obstacle.ts";
import { button } from "./blocks.ts";
import { confirmation } from "./confirmation.ts";

/** Renders the buttons of a request's message. */
export function buttonsBlock(view: RequestView, block_id = "decide"): ActionsBlock {
  const elements = [...verdictButtons(view), button("details", "Details", view.request.id)];
  return { type: "actions", block_id, elements };
}

/** Returns Approve and Reject, with the confirmation of the route, and Withdraw: only while a click can count. */
export function verdictButtons(view: RequestView): Button[] {
  const { request, votes, route } = view;
  if (request.state !== "open" || route === null || findObstacle(request.facts, route) !== null) return [];
  return [
    {
      ...button("approve", "Approve", request.id, "primary"),
      // The typed name of the runbook replaces this dialog.
      ...(route.confirm === "dialog" ? { confirm: confirmation(view) } : {}),
    },
    button("reject", "Reject", request.id, "danger"),
    ...(votes.length > 0 ? [button("withdraw", "Withdraw my approval", request.id)] : []),
  ];
}
