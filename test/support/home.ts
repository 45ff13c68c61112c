import type { InspectedRequest } from "../../src/app/admin/inspect.ts";
import type { HomeContent } from "../../src/app/admin/refresh-home.ts";

/** The content of App Home with a page of requests. */
export function aHome(
  items: InspectedRequest[],
  { total = items.length, ...more }: { total?: number } & Partial<Pick<HomeContent, "scope" | "offset">> = {},
): HomeContent {
  const list = { kind: "pending", items, total, admin: false } as const;
  return { scope: "mine", offset: 0, list, decisions: [], health: null, ...more };
}
