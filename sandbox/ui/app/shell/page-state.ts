import { makeStore, useStore } from "../live/page-store.ts";

export type Pane = "workspace" | "conversation" | "aws";
export type AwsTab = "runbooks" | "executions" | "audit" | "wire";
export type Theme = "light" | "dark";

export interface Toast {
  id: number;
  text: string;
  /** The execution that it tells of: once its request is in a channel, the toast leads there. */
  execution?: string;
}

/** What the person at the page has chosen; none of it exists outside the page. */
export interface Choices {
  /** Who they act as. */
  me: string;
  /** A channel's id, or `home`. */
  place: string;
  /** The thread that is open beside the conversation. */
  thread: string | null;
  /** The message that somebody followed a link to. */
  sought: string | null;
  /** On a narrow screen: which of the three is shown. */
  pane: Pane;
  tab: AwsTab;
  trouble: boolean;
  theme: Theme;
  /** A short word on what just happened. */
  toasts: Toast[];
}

const stored = (name: string) => {
  try {
    return sessionStorage.getItem(name) ?? localStorage.getItem(name);
  } catch {
    return null; // storage can be forbidden
  }
};

const preferred = (): Theme => (window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

export const choices = makeStore<Choices>({
  me: stored("me") ?? "U0JANE",
  place: stored("place") ?? "C0APPROVALS",
  thread: null,
  sought: null,
  pane: "conversation",
  tab: "runbooks",
  trouble: false,
  theme: (stored("theme") as Theme | null) ?? preferred(),
  toasts: [],
});

export const useChoices = <S>(select: (state: Choices) => S): S => useStore(choices, select);

/** The person and the place are this tab's, so that two tabs can be two people; the theme is the browser's. */
export function rememberChoices(): void {
  choices.subscribe(() => {
    const { me, place, theme } = choices.get();
    try {
      sessionStorage.setItem("me", me);
      sessionStorage.setItem("place", place);
      if (theme !== preferred()) localStorage.setItem("theme", theme);
      else localStorage.removeItem("theme");
    } catch {
      // Without storage the choices last as long as the page.
    }
  });
}

/** Puts the page back to its beginning when it is loaded again: what was chosen may be what it cannot draw. */
export function forgetChoices(): void {
  try {
    sessionStorage.clear();
  } catch {
    // Without storage there is nothing to forget.
  }
}

/** How long a toast stays, in milliseconds. */
const TOAST_MS = 7000;
let toastId = 0;

/** How many toasts are there at a time; the oldest makes room. */
const TOASTS = 3;

export function toast(text: string, execution?: string): void {
  const id = ++toastId;
  const fresh: Toast = { id, text, ...(execution === undefined ? {} : { execution }) };
  choices.set(({ toasts }) => ({ toasts: [...toasts.slice(1 - TOASTS), fresh] }));
  setTimeout(() => choices.set(({ toasts }) => ({ toasts: toasts.filter((each) => each.id !== id) })), TOAST_MS);
}

/** Opens a channel or `home`, and on a narrow screen shows it; with `ts`, at that message. */
export const goTo = (place: string, ts: string | null = null) =>
  choices.set({ place, thread: null, pane: "conversation", sought: ts });
