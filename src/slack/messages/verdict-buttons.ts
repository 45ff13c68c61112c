import type { ActionsBlock, Button } from "@slack/types";
import type { RequestView } from "../../app/ports/slack.ts";
import { capitalize, findTerms } from "../../core/action-terms.ts";
import { requiresReason } from "../../core/evaluate-vote.ts";
import { findObstacle } from "../../core/obstacle.ts";
import { isPause } from "../../core/request.ts";
import { button } from "./blocks.ts";
import { confirmation } from "./confirmation.ts";

/** Renders the buttons of a request's message. */
export function buttonsBlock(view: RequestView, block_id = "decide"): ActionsBlock {
  const elements = [...verdictButtons(view), button("details", "Details", view.request.id)];
  return { type: "actions", block_id, elements };
}

/** Tells whether the request can be rejected: a pause only where the signer may stop executions. */
export function canReject({ facts }: RequestView["request"]): boolean {
  return !isPause(facts) || facts.canStop === true;
}

/** Returns Approve and Reject, or Resume and Stop, with the confirmation of the route, and Withdraw: only while a click can count. */
export function verdictButtons(view: RequestView): Button[] {
  const { request, votes, route } = view;
  if (request.state !== "open" || route === null || findObstacle(request.facts, route) !== null) return [];
  const { verb } = findTerms(request.facts);
  return [
    {
      ...button(verb.approve, capitalize(verb.approve), request.id, "primary"),
      // The typed name of the runbook replaces this dialog.
      ...(route.confirm === "dialog" ? { confirm: confirmation(view, "approve") } : {}),
    },
    ...(canReject(request)
      ? [
          {
            ...button(verb.reject, capitalize(verb.reject), request.id, "danger"),
            // A stop cancels the whole execution. Where no form asks for a reason, this dialog asks for confirmation.
            ...(isPause(request.facts) && !requiresReason(route, "reject")
              ? { confirm: confirmation(view, "reject") }
              : {}),
          },
        ]
      : []),
    ...(votes.length > 0 ? [withdrawButton(request)] : []),
  ];
}

function withdrawButton({ id, facts }: RequestView["request"]): Button {
  return button("withdraw", `Withdraw my ${isPause(facts) ? "vote" : "approval"}`, id);
}

/** Renders the buttons for a person who has voted: Withdraw while it can count, and Details. */
export function votedButtons({ request }: RequestView, block_id: string): ActionsBlock {
  const withdraw = request.state === "open" ? [withdrawButton(request)] : [];
  return { type: "actions", block_id, elements: [...withdraw, button("details", "Details", request.id)] };
}
