import type { ActionsBlock } from "@slack/types";
import { button } from "./blocks.ts";

/**
 * Buttons that turn the pages of a list. Nothing is stored: a button has its page and its command, and a press runs the
 * command again for the person who pressed it.
 */
export const PAGE_ACTIONS = /^page-(?:previous|next)$/;

/** The pages before and after; null where there is none. `command`: the command as text; null: no buttons. */
export interface Pages {
  command: string | null;
  previous: string | null;
  next: string | null;
}

/** More does not fit into the value of a button. */
const MAX_VALUE_LENGTH = 2_000;

export function pageButtons({ command, previous, next }: Pages): ActionsBlock[] {
  if (command === null) return [];
  const toButton = (action: string, label: string, page: string | null) => {
    const value = `${page} ${command}`;
    return page === null || value.length > MAX_VALUE_LENGTH ? [] : [button(action, label, value)];
  };
  const elements = [...toButton("page-previous", "Previous", previous), ...toButton("page-next", "Next", next)];
  return elements.length === 0 ? [] : [{ type: "actions", block_id: "pages", elements }];
}

/** Parses the value of a pressed button; null for another text. */
export function parsePage(value: string): { page: string; text: string } | null {
  const [, page, text] = /^(\S{1,90}) (.{1,1900})$/s.exec(value) ?? [];
  return page === undefined || text === undefined ? null : { page, text };
}

/** The number of items before a page; 0 for a text that is none. */
export function toOffset(page: string | null): number {
  return page !== null && /^\d{1,6}$/.test(page) ? Number(page) : 0;
}
