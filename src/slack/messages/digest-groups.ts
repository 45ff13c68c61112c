import type { RequestView } from "../../app/ports/slack.ts";
import { DEFAULT_APPROVE_TIMEOUT_SECONDS } from "../../core/execution.ts";
import { MASK } from "../../core/mask.ts";
import { deadline } from "../../core/request.ts";

/** A value of a request, with the name under which a digest shows it; the question has no name. */
export type NamedValue = readonly [name: string, value: string];

/** A value that tells requests apart. `shared`: how many of its characters another request's value begins with too. */
export type DifferingValue = readonly [...NamedValue, shared: number];

/** Requests that a digest cannot tell apart: one entry. */
export interface DigestGroup {
  /** The request with the earliest deadline, which the entry opens. */
  first: RequestView;
  count: number;
  /** The values that tell this group from the others of its kind. */
  differs: readonly DifferingValue[];
}

/**
 * Groups requests of the same kind that have the same values: parameters as shown, version of the runbook, and question.
 * Returns only those values that tell groups of one kind apart. A group has the place of its first request.
 */
export function groupRequests(waiting: readonly RequestView[], toKind: (view: RequestView) => string): DigestGroup[] {
  const kinds = new Map(waiting.map((view) => [view, toKind(view)]));
  const differing = new Map<RequestView, DifferingValue[]>(waiting.map((view) => [view, []]));
  const toKey = (view: RequestView) => JSON.stringify([kinds.get(view), differing.get(view)]);
  for (const toValues of [toVersionAndParameters, toQuestion])
    for (const alike of Map.groupBy(waiting, toKey).values()) addDifferences(alike, toValues, differing);
  return [...Map.groupBy(waiting, toKey).values()].map((views) => {
    const first = views.reduce((a, b) => (toDeadline(b) < toDeadline(a) ? b : a));
    return { first, count: views.length, differs: differing.get(first) ?? [] };
  });
}

/** Adds the values that not all of these requests share. */
function addDifferences(
  views: readonly RequestView[],
  toValues: (view: RequestView) => NamedValue[],
  differing: ReadonlyMap<RequestView, DifferingValue[]>,
): void {
  const all = Map.groupBy(
    views.flatMap((view) => toValues(view)),
    ([name]) => name,
  );
  const isShared = (name: string) => {
    const values = all.get(name) ?? [];
    return values.length === views.length && new Set(values.map(([, value]) => value)).size === 1;
  };
  const shared = new Map([...all].map(([name, values]) => [name, countShared(values.map(([, value]) => value))]));
  for (const view of views) {
    const own = toValues(view).filter(([name]) => !isShared(name));
    differing.get(view)?.push(...own.map(([name, value]) => [name, value, shared.get(name)?.get(value) ?? 0] as const));
  }
}

/** Counts for each value how many characters its beginning has in common with the most similar other value. */
function countShared(values: readonly string[]): Map<string, number> {
  // Among sorted texts, the longest common beginning is that with a neighbor.
  const sorted = [...new Set(values)].sort();
  const common = sorted.map((value, index) => {
    const next = sorted[index + 1] ?? "";
    let length = 0;
    while (length < value.length && value[length] === next[length]) length++;
    return length;
  });
  return new Map(sorted.map((value, index) => [value, Math.max(common[index - 1] ?? 0, common[index] ?? 0)]));
}

function toVersionAndParameters({ request }: RequestView): NamedValue[] {
  const { documentVersion, parameters } = request.facts;
  return [
    ["version", documentVersion ?? ""],
    ...parameters.map(({ name, values, masked }) => [name, masked ? MASK : values.join(", ")] as const),
  ];
}

const toQuestion = ({ request }: RequestView): NamedValue[] => [["", request.facts.message ?? ""]];

function toDeadline({ request }: RequestView): number {
  return deadline(request.facts, DEFAULT_APPROVE_TIMEOUT_SECONDS)?.at ?? Number.POSITIVE_INFINITY;
}
