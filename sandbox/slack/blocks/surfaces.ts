import { layoutBlocks } from "./layout.ts";
import { newerBlocks } from "./newer-blocks.ts";
import { type ObjectRule, only } from "./rules.ts";

/** Where blocks are displayed. */
export type Surface = "message" | "modal" | "home";

const ON_EVERY_SURFACE = ["actions", "context", "divider", "header", "image", "input", "rich_text", "section", "video"];

/**
 * The blocks that each surface accepts, after "Available in surfaces" on each block's page. `file` is in no list: it
 * appears in messages read from Slack, but cannot be sent.
 */
const SURFACE_BLOCKS: Record<Surface, string[]> = {
  message: [
    ...ON_EVERY_SURFACE,
    "card",
    "carousel",
    "container",
    "context_actions",
    "data_table",
    "markdown",
    "plan",
    "table",
    "task_card",
  ],
  modal: [...ON_EVERY_SURFACE, "alert", "card", "carousel", "container"],
  home: [...ON_EVERY_SURFACE, "card", "carousel", "container"],
};

/** The maximum number of blocks per surface. https://docs.slack.dev/reference/block-kit/blocks */
export const MAX_BLOCKS: Record<Surface, number> = { message: 50, modal: 100, home: 100 };

const all: Record<string, ObjectRule> = { ...layoutBlocks, ...newerBlocks };

export const BLOCKS: Record<Surface, Record<string, ObjectRule>> = {
  message: only(all, ...SURFACE_BLOCKS.message),
  modal: only(all, ...SURFACE_BLOCKS.modal),
  home: only(all, ...SURFACE_BLOCKS.home),
};
