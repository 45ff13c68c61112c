import type { Json } from "../../support/http-json.ts";
import type { DatabaseRecords } from "../database.ts";
import type { Evidence } from "./evidence.ts";

/** What was acknowledged is on record and finished: it counted, or its author was told why not. */
export function clickViolations(evidence: Evidence): string[] {
  const { clicks } = evidence.records;
  const known = new Set(clicks.map((click) => click.key));
  const violations = findAcknowledgedKeys(evidence.slackCalls)
    .filter((key) => !known.has(key))
    .map((key) => `the click ${key} was acknowledged but is not on record`);
  const delivered = evidence.slackCalls
    .filter((call) => call.operation === "chat.postEphemeral" && call.executed)
    .map((call) => ({ user: call.input.user, text: call.input.text }));
  const countedActions = countBy(evidence.records.audit.flatMap(toVotedAction));
  const clickedActions = countBy(clicks.map(toRequestedAction));
  for (const [wish, times] of countedActions) {
    if (times > (clickedActions.get(wish) ?? 0))
      violations.push(`"${wish}" was counted ${times} times, and clicked ${clickedActions.get(wish) ?? 0} times`);
  }
  for (const vote of evidence.records.votes) {
    if (!countedActions.has(toRequestedAction(vote)))
      violations.push(`the vote "${toRequestedAction(vote)}" has no record`);
  }
  for (const click of clicks) {
    if (click.evaluatedAt === null) violations.push(`the click ${click.key} was never judged`);
    if (click.reply === null) {
      if (click.evaluatedAt !== null && !countedActions.has(toRequestedAction(click)))
        violations.push(`the click ${click.key} neither counted nor was answered`);
    } else if (!delivered.some(({ user, text }) => user === click.userId && text === click.reply)) {
      violations.push(`the author of the click ${click.key} was never told: ${click.reply}`);
    }
  }
  return violations;
}

/** Who wants what of which request. */
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

function countBy(wishes: readonly string[]): Map<string, number> {
  return new Map([...Map.groupBy(wishes, (wish) => wish)].map(([wish, all]) => [wish, all.length]));
}

/** Keys of the verdicts that Slack was told we have. */
function findAcknowledgedKeys(slackCalls: readonly Json[]): string[] {
  return slackCalls
    .filter((call) => call.operation.startsWith("deliver:") && call.outcome.status === 200)
    .flatMap(({ operation, input, outcome }) => {
      if (operation === "deliver:view_submission" && input.view.callback_id === "verdict") {
        const { nonce } = JSON.parse(input.view.private_metadata);
        return outcome.body?.body?.response_action === "errors" ? [] : [`form:${nonce}`];
      }
      const action = input.actions?.[0];
      // A rejection without its reason opens a form, and is nothing yet.
      if (operation !== "deliver:block_actions" || action?.action_id !== "approve") return [];
      const { channel_id, message_ts } = input.container;
      const { id, team_id } = input.user;
      return [["press", id, team_id, channel_id, message_ts, "approve", action.value, action.action_ts].join(":")];
    });
}
