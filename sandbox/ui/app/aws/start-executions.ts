import type { Runbook } from "../live/aws-state.ts";
import { control, refusalText } from "../live/control-client.ts";
import { refreshAws } from "../live/refresh.ts";
import { pageState, toast } from "../shell/page-state.ts";

/** The number of executions of a flood: more than Countersign posts one by one. */
export const FLOOD = 30;

/** Marks the executions that a person started on this page. */
const TAG = { Key: "StartedFrom", Value: "sandbox-page" };

export const isStartedHere = ({ tags }: { tags: { Key: string; Value: string }[] }): boolean =>
  tags.some(({ Key }) => Key === TAG.Key);

/** Starts a runbook, announces it, and shows the executions. Returns the reason if AWS refuses, or undefined. */
export async function startExecutions(
  runbook: Runbook,
  start: { parameters: Record<string, string[]>; executedBy: string; count: number },
): Promise<string | undefined> {
  const executions = [{ document: runbook.name, tags: { [TAG.Key]: TAG.Value }, ...start }];
  const reply = await control.post("aws", "/seed", { executions });
  const refusal = refusalText(reply);
  if (refusal !== undefined) return refusal;
  refreshAws();
  const [started] = (reply.executionIds ?? []) as string[];
  const times = start.count > 1 ? ` ${start.count} times` : "";
  toast(`Started ${runbook.name}${times}. ${describeNext(runbook)}`, started);
  pageState.set({ tab: "executions" });
  return undefined;
}

/** Describes the next thing that the person sees after the start. */
function describeNext({ steps }: Runbook): string {
  const waiting = steps.find(({ action }) => action === "aws:approve" || action === "aws:pause");
  if (waiting?.action === "aws:approve") return "At its approval step, Countersign asks for approval in Slack.";
  if (waiting?.action === "aws:pause")
    return "It pauses for manual work. If a route covers pauses, Countersign asks in Slack to resume or stop it.";
  return "It has no approval step.";
}
