import type { KnownBlock } from "@slack/types";
import type { RequestView } from "../../app/ports/slack.ts";
import { contextLines } from "./blocks.ts";
import { gateLine, moreGates } from "./gate-line.ts";
import { messageLink } from "./permalinks.ts";

/** Renders the earlier gates of the execution: who decided each, with a link to its message, and how many more there are. */
export function earlierGates({ request, earlier }: RequestView, workspaceUrl: string): KnownBlock[] {
  if (earlier === undefined) return [];
  const lines = earlier.gates.map((gate) => {
    const link = messageLink(gate.messages, workspaceUrl);
    return `Before: ${gateLine(gate)}${link === null ? "" : ` · ${link}`}`;
  });
  const more = moreGates(earlier.more, request.executionId);
  return contextLines(more === null ? lines : [...lines, more], "earlier");
}
