import { makeStore, useStore } from "../live/store.ts";

export type Pane = "workspace" | "conversation" | "aws";
export type AwsTab = "runbooks" | "executions" | "audit" | "wire";
export type Theme = "light" | "dark";

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
  toasts: { id: number; text: string }[];
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

/** How long a toast stays, in milliseconds. */
const TOAST_MS = 7000;
let toastId = 0;

export function toast(text: string): void {
  const id = ++toastId;
  choices.set(({ toasts }) => ({ toasts: [...toasts, { id, text }] }));
  setTimeout(() => choices.set(({ toasts }) => ({ toasts: toasts.filter((each) => each.id !== id) })), TOAST_MS);
}

/** Opens a channel or `home`, and on a narrow screen shows it; with `ts`, at that message. */
export const goTo = (place: string, ts: string | null = null) =>
  choices.set({ place, thread: null, pane: "conversation", sought: ts });
