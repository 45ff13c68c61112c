import type { HomeView, KnownBlock } from "@slack/types";
import type { InspectedRequest } from "../../app/admin/inspect.ts";
import { context, header, section } from "./blocks.ts";
import { CHAR_BUDGET, describeShown, fitting, MAX_BLOCKS } from "./budget.ts";
import { type ListContext, pendingBlock } from "./pending-items.ts";

/** Renders App Home: the waiting requests that this person decides or has started, or all of them for an admin, oldest first. */
export function homeView(
  items: readonly InspectedRequest[],
  list: ListContext & { total: number; admin: boolean },
): HomeView {
  const all = Math.max(list.total, items.length);
  const title = header(list.admin ? "All waiting requests" : "Your waiting requests");
  if (all === 0)
    return home([
      title,
      section(
        list.admin ? "No request is waiting." : "Nothing is waiting for you. New requests appear in their channels.",
      ),
    ]);
  const shown = fitting(
    items.slice(0, MAX_BLOCKS.view).map((item) => pendingBlock(item, list)),
    CHAR_BUDGET - 300,
    MAX_BLOCKS.view - 2,
  );
  const cut = describeShown(shown.length, all, "requests");
  const rest = cut === null ? [] : [context(`${cut}, oldest first.`)];
  return home([title, ...shown, ...rest]);
}

/** Renders App Home with one sentence instead of a list. */
export function homeSentence(sentence: string): HomeView {
  return home([header("Your waiting requests"), section(sentence)]);
}

function home(blocks: KnownBlock[]): HomeView {
  return { type: "home", blocks };
}
