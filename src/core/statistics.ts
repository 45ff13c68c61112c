import type { Vote } from "./request.ts";

/** Figures about closed requests. Times are milliseconds; null without a decision in Slack. */
export interface Statistics {
  requests: number;
  /** Decided in Slack. */
  decided: number;
  timedOut: number;
  breakGlass: number;
  median: number | null;
  p95: number | null;
  /** The busiest first. */
  people: { userId: string; approved: number; rejected: number; breakGlass: number }[];
  runbooks: { name: string; requests: number; decided: number; median: number | null }[];
}

/** The facts of a closed request that count here: much less than the request itself. */
export interface ClosedFigures {
  id: string;
  closedAt: number;
  documentName: string;
  askedAt: number;
  decidedAt: number | null;
  isTimedOut: boolean;
}

export type VoteFigures = Pick<Vote, "requestId" | "userId" | "verdict" | "authority">;

/** Adds up requests and the votes on them. */
export function summarize(requests: readonly ClosedFigures[], votes: readonly VoteFigures[]): Statistics {
  const people = new Map<string, Statistics["people"][number]>();
  const runbooks = new Map<string, { requests: number; times: number[] }>();
  const broken = new Set<string>();
  for (const { requestId, userId, verdict, authority } of votes) {
    const person = people.get(userId) ?? { userId, approved: 0, rejected: 0, breakGlass: 0 };
    people.set(userId, person);
    if (verdict === "approve") person.approved++;
    else person.rejected++;
    if (authority !== "break-glass") continue;
    person.breakGlass++;
    broken.add(requestId);
  }
  const times: number[] = [];
  for (const request of requests) {
    const runbook = runbooks.get(request.documentName) ?? { requests: 0, times: [] };
    runbooks.set(request.documentName, runbook);
    runbook.requests++;
    if (request.decidedAt === null) continue;
    const time = Math.max(0, request.decidedAt - request.askedAt);
    runbook.times.push(time);
    times.push(time);
  }
  return {
    requests: requests.length,
    decided: times.length,
    timedOut: requests.filter(({ isTimedOut }) => isTimedOut).length,
    breakGlass: broken.size,
    median: percentile(times, 0.5),
    p95: percentile(times, 0.95),
    people: [...people.values()].sort((a, b) => b.approved + b.rejected - a.approved - a.rejected),
    runbooks: [...runbooks]
      .map(([name, each]) => ({
        name,
        requests: each.requests,
        decided: each.times.length,
        median: percentile(each.times, 0.5),
      }))
      .sort((a, b) => b.requests - a.requests),
  };
}

/** Returns the smallest value that is not below this share of all values; null without values. */
export function percentile(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}
