import type { HomeView, KnownBlock } from "@slack/types";
import type { InspectedRequest } from "../../app/admin/inspect.ts";
import { context, header, section } from "./blocks.ts";
import { CHAR_BUDGET, describeShown, fitting, MAX_BLOCKS } from "./budget.ts";
import { type ListContext, pendingBlock } from "./pending-items.ts";

/** App Home: what waits for the person who looks at it, oldest first. */
export function homeView(items: readonly InspectedRequest[], list: ListContext & { total: number }): HomeView {
  const all = Math.max(list.total, items.length);
  const title = header("Waits for you");
  if (all === 0) return home([title, section("Nothing waits for you. New requests appear in their channels.")]);
  const shown = fitting(
    items.slice(0, MAX_BLOCKS.view).map((item) => pendingBlock(item, list)),
    CHAR_BUDGET - 300,
    MAX_BLOCKS.view - 2,
  );
  const cut = describeShown(shown.length, all, "requests");
  const rest = cut === null ? [] : [context(`${cut}, the oldest first.`)];
  return home([title, ...shown, ...rest]);
}

/** App Home with one sentence of ours instead of a list. */
export function homeSentence(sentence: string): HomeView {
  return home([header("Waits for you"), section(sentence)]);
}

function home(blocks: KnownBlock[]): HomeView {
  return { type: "home", blocks };
}
