import type { Json } from "../../support/http-json.ts";
import type { DatabaseRecords } from "../database.ts";
import type { Evidence } from "./evidence.ts";

/** Checks that each acknowledged click is recorded and complete: it counted, or its author got a reply that says why not. */
export function clickViolations(evidence: Evidence): string[] {
  const { clicks } = evidence.records;
  const known = new Set(clicks.map((click) => click.key));
  const violations = findAcknowledgedKeys(evidence.slackCalls)
    .filter((key) => !known.has(key))
    .map((key) => `the click ${key} was acknowledged but is not recorded`);
  const delivered = evidence.slackCalls
    .filter((call) => call.operation === "chat.postEphemeral" && call.executed)
    .map((call) => ({ user: call.input.user, text: call.input.text }));
  const countedActions = countBy(evidence.records.audit.flatMap(toVotedAction));
  const clickedActions = countBy(clicks.map(toRequestedAction));
  for (const [action, times] of countedActions) {
    if (times > (clickedActions.get(action) ?? 0))
      violations.push(`"${action}" was counted ${times} times, and clicked ${clickedActions.get(action) ?? 0} times`);
  }
  for (const vote of evidence.records.votes) {
    if (!countedActions.has(toRequestedAction(vote)))
      violations.push(`the vote "${toRequestedAction(vote)}" has no record`);
  }
  for (const click of clicks) {
    if (click.evaluatedAt === null) violations.push(`the click ${click.key} was never evaluated`);
    if (click.reply === null) {
      if (click.evaluatedAt !== null && !countedActions.has(toRequestedAction(click)))
        violations.push(`the click ${click.key} neither counted nor got a reply`);
    } else if (!delivered.some(({ user, text }) => user === click.userId && text === click.reply)) {
      violations.push(`the author of the click ${click.key} did not receive the reply: ${click.reply}`);
    }
  }
  return violations;
}

/** Formats the action that a click requests: person, verdict and request. */
function toRequestedAction({
  userId,
  verdict,
  requestId,
}: {
  userId: string;
  verdict: string;
  requestId: string;
}): string {
  return `${userId} ${verdict} ${requestId}`;
}

function toVotedAction({ kind, requestId, actor, detail }: DatabaseRecords["audit"][number]): string[] {
  return kind === "voted" ? [toRequestedAction({ userId: actor, verdict: JSON.parse(detail).verdict, requestId })] : [];
}

function countBy(actions: readonly string[]): Map<string, number> {
  return new Map([...Map.groupBy(actions, (action) => action)].map(([action, all]) => [action, all.length]));
}

/** Finds the keys of the verdicts that the bot acknowledged to Slack. */
function findAcknowledgedKeys(slackCalls: readonly Json[]): string[] {
  return slackCalls
    .filter((call) => call.operation.startsWith("deliver:") && call.outcome.status === 200)
    .flatMap(({ operation, input, outcome }) => {
      if (operation === "deliver:view_submission" && input.view.callback_id === "verdict") {
        const { nonce } = JSON.parse(input.view.private_metadata);
        return outcome.body?.body?.response_action === "errors" ? [] : [`form:${nonce}`];
      }
      const action = input.actions?.[0];
      // A click on Reject only opens the form for the reason.
      if (operation !== "deliver:block_actions" || action?.action_id !== "approve") return [];
      const { channel_id, message_ts } = input.container;
      const { id, team_id } = input.user;
      return [["press", id, team_id, channel_id, message_ts, "approve", action.value, action.action_ts].join(":")];
    });
}
