import {
  type AutomationExecutionFilter,
  DescribeAutomationExecutionsCommand,
  type SSMClient,
} from "@aws-sdk/client-ssm";
import type { ExecutionFilter } from "../app/ports/aws.ts";
import type { ExecutionSummary } from "../core/execution.ts";
import { decodePage, decodeSummary } from "./decode.ts";
import { type PacedCall, paced } from "./pace.ts";

/** Source: SSM API model, MaxResults. */
const PAGE = 50;
/** Pages of one list: a person reads no more. */
const MAX_PAGES = 4;

/** Lists executions that fit all filters, in the order of AWS. `hasMore`: AWS has more of them than were read. */
export async function listExecutions(
  client: SSMClient,
  filter: ExecutionFilter,
  slot: PacedCall,
): Promise<{ kind: "listed"; executions: ExecutionSummary[]; hasMore: boolean }> {
  const Filters = toFilters(filter);
  const executions: ExecutionSummary[] = [];
  let token: string | undefined;
  for (let count = 0; count < MAX_PAGES; count++) {
    const command = new DescribeAutomationExecutionsCommand({
      ...(Filters.length === 0 ? {} : { Filters }),
      MaxResults: PAGE,
      ...(token === undefined ? {} : { NextToken: token }),
    });
    // A person waits for the list, so its first page uses the priority of the caller. The other pages leave room for the polls of the target.
    const priority = count === 0 ? slot.priority : "routine";
    const sent = client.send(paced(command, { ...slot, priority }), { abortSignal: slot.abort });
    // AWS may throttle until the caller's time is over: the pages so far are still an answer.
    const page = count === 0 ? await sent : await unlessAborted(sent, slot.abort);
    if (page === null) return { kind: "listed", executions, hasMore: true };
    const items = decodePage(page.AutomationExecutionMetadataList).map(decodeSummary);
    executions.push(...items.filter((item) => item !== null));
    token = page.NextToken;
    if (!token) return { kind: "listed", executions, hasMore: false };
  }
  return { kind: "listed", executions, hasMore: true };
}

/** Returns null at the abort. The SDK does not end its wait before a retry then. */
async function unlessAborted<T>(sent: Promise<T>, abort: AbortSignal): Promise<T | null> {
  const ended = new AbortController();
  const aborted = new Promise<null>((resolve) => {
    if (abort.aborted) resolve(null);
    abort.addEventListener("abort", () => resolve(null), { signal: ended.signal });
  });
  try {
    return await Promise.race([
      sent.catch((error: unknown) => (abort.aborted ? null : Promise.reject(error))),
      aborted,
    ]);
  } finally {
    ended.abort();
  }
}

/** Source: SSM API model, AutomationExecutionFilterKey. */
function toFilters({ documentPrefix, statuses, startedAfter }: ExecutionFilter): AutomationExecutionFilter[] {
  return [
    ...(documentPrefix === undefined ? [] : [{ Key: "DocumentNamePrefix" as const, Values: [documentPrefix] }]),
    ...(statuses === undefined ? [] : [{ Key: "ExecutionStatus" as const, Values: statuses }]),
    ...(startedAfter === undefined
      ? []
      : [{ Key: "StartTimeAfter" as const, Values: [new Date(startedAfter).toISOString()] }]),
  ];
}
