import type { ApprovalRequest } from "./request.ts";

/** Returns the last requests of an execution that opened before this one, oldest first, and how many more there are. */
export function lastEarlier(
  all: readonly ApprovalRequest[],
  { id, openedAt }: Pick<ApprovalRequest, "id" | "openedAt">,
  most: number,
): { shown: ApprovalRequest[]; more: number } {
  const earlier = all.filter((each) => each.id !== id && each.openedAt <= openedAt);
  return { shown: earlier.slice(-most), more: Math.max(0, earlier.length - most) };
}
