import type { NoticeView } from "../../app/ports/slack.ts";
import { type Rendered, section } from "./blocks.ts";
import { summary } from "./summary.ts";

/** Adds the request to a reply whose thread was deleted: in the channel, nothing above it says what it is about. */
export function withSubject(view: NoticeView, { text, blocks }: Rendered): Rendered {
  const { id, state } = view.request;
  const advice =
    state === "open" ? ` Its message was deleted: write \`/approvals show ${id}\` to see it and to decide.` : "";
  return { text, blocks: [section(`${summary(view)}${advice}`, "subject"), ...blocks] };
}
