import type { Json } from "../../support/http-json.ts";
import type { DatabaseRecords } from "../database.ts";
import type { Evidence } from "./evidence.ts";

/** Checks that each acknowledged click is recorded and complete: it counted, or its author got a reply that says why not. */
export function clickViolations(evidence: Evidence): string[] {
  const { clicks } = evidence.records;
  const known = new Set(clicks.map((click) => click.key));
  const violations = findDeliveries(evidence.slackCalls)
    .filter(({ key, isAcknowledged }) => isAcknowledged && !known.has(key))
    .map(({ key }) => `the click ${key} was acknowledged but is not recorded`);
  const delivered = evidence.slackCalls
    .filter((call) => call.operation === "chat.postEphemeral" && call.executed)
    .map((call) => ({ user: call.input.user, text: call.input.text }));
  const countedActions = countBy(evidence.records.audit.flatMap(toCountedAction));
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

/** Formats the action that an audit record counts: a vote, or the withdrawal of one. */
function toCountedAction({ kind, requestId, actor, detail }: DatabaseRecords["audit"][number]): string[] {
  const verdict = kind === "voted" ? JSON.parse(detail).verdict : kind === "withdrawn" ? "withdraw" : null;
  return verdict === null ? [] : [toRequestedAction({ userId: actor, verdict, requestId })];
}

function countBy(actions: readonly string[]): Map<string, number> {
  return new Map([...Map.groupBy(actions, (action) => action)].map(([action, all]) => [action, all.length]));
}

/** Returns the time at which each click was sent to the bot at the earliest, by the key under which the bot records it. */
export function findClickArrivals({ slackCalls, jumps }: Evidence): Map<string, number> {
  const arrivals = new Map<string, number>();
  for (const { key, at, ms } of findDeliveries(slackCalls)) {
    const jumped = jumps.filter((jump) => jump.at >= at - ms && jump.at <= at).reduce((sum, jump) => sum + jump.ms, 0);
    arrivals.set(key, Math.min(arrivals.get(key) ?? Number.POSITIVE_INFINITY, at - ms - jumped));
  }
  return arrivals;
}

interface ClickDelivery {
  key: string;
  isAcknowledged: boolean;
  /** The time of the record, which follows the acknowledgement, and the time that this took; infinite if it is not known. */
  at: number;
  ms: number;
}

/** Finds the deliveries of verdicts to the bot. */
function findDeliveries(slackCalls: readonly Json[]): ClickDelivery[] {
  return slackCalls
    .filter((call) => call.operation.startsWith("deliver:"))
    .flatMap(({ operation, input, outcome, at }) => {
      const delivery = { isAcknowledged: outcome.status === 200, at, ms: outcome.body?.ms ?? Number.POSITIVE_INFINITY };
      if (operation === "deliver:view_submission" && input.view.callback_id === "verdict") {
        const { nonce } = JSON.parse(input.view.private_metadata);
        const hasErrors = outcome.body?.body?.response_action === "errors";
        return hasErrors ? [] : [{ ...delivery, key: `form:${nonce}` }];
      }
      const action = input.actions?.[0];
      // A click on Reject or Stop only opens the form for the reason.
      if (operation !== "deliver:block_actions" || !["approve", "resume", "withdraw"].includes(action?.action_id))
        return [];
      const { channel_id, message_ts } = input.container;
      const { id, team_id } = input.user;
      const parts = [id, team_id, channel_id, message_ts, action.action_id, action.value, action.action_ts];
      return [{ ...delivery, key: ["press", ...parts].join(":") }];
    });
}
