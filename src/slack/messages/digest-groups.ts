import type { RequestView } from "../../app/ports/slack.ts";
import { DEFAULT_APPROVE_TIMEOUT_SECONDS } from "../../core/execution.ts";
import { MASK } from "../../core/mask.ts";
import { deadline } from "../../core/request.ts";

/** A value of a request, with the name under which a digest shows it; the question has no name. */
export type NamedValue = readonly [name: string, value: string];

/** Requests that a digest cannot tell apart: one entry. */
export interface DigestGroup {
  /** The request with the earliest deadline, which the entry opens. */
  first: RequestView;
  count: number;
  /** The values that tell this group from the others of its kind. */
  differs: readonly NamedValue[];
}

/**
 * Groups requests of the same kind that have the same values: parameters as shown, version of the runbook, and question.
 * Returns only those values that tell groups of one kind apart. A group has the place of its first request.
 */
export function groupRequests(waiting: readonly RequestView[], toKind: (view: RequestView) => string): DigestGroup[] {
  const kinds = new Map(waiting.map((view) => [view, toKind(view)]));
  const differing = new Map<RequestView, NamedValue[]>(waiting.map((view) => [view, []]));
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
  differing: ReadonlyMap<RequestView, NamedValue[]>,
): void {
  const all = Map.groupBy(
    views.flatMap((view) => toValues(view)),
    ([name]) => name,
  );
  const isShared = (name: string) => {
    const values = all.get(name) ?? [];
    return values.length === views.length && new Set(values.map(([, value]) => value)).size === 1;
  };
  for (const view of views) differing.get(view)?.push(...toValues(view).filter(([name]) => !isShared(name)));
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
