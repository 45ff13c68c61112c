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
export interface PageState {
  /** Who they act as. */
  actorId: string;
  /** A channel's id, or `home`. */
  conversationId: string;
  /** The thread that is open beside the conversation. */
  threadTs: string | null;
  /** The message that somebody followed a link to. */
  linkedTs: string | null;
  /** On a narrow screen: which of the three is shown. */
  pane: Pane;
  tab: AwsTab;
  faultsOpen: boolean;
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

export const pageState = makeStore<PageState>({
  actorId: stored("actorId") ?? "U0JANE",
  conversationId: stored("conversationId") ?? "C0APPROVALS",
  threadTs: null,
  linkedTs: null,
  pane: "conversation",
  tab: "runbooks",
  faultsOpen: false,
  theme: (stored("theme") as Theme | null) ?? preferred(),
  toasts: [],
});

export const usePageState = <S>(select: (state: PageState) => S): S => useStore(pageState, select);

/** The person and the place are this tab's, so that two tabs can be two people; the theme is the browser's. */
export function persistPageState(): void {
  pageState.subscribe(() => {
    const { actorId: me, conversationId: place, theme } = pageState.get();
    try {
      sessionStorage.setItem("actorId", me);
      sessionStorage.setItem("conversationId", place);
      if (theme !== preferred()) localStorage.setItem("theme", theme);
      else localStorage.removeItem("theme");
    } catch {
      // Without storage the choices last as long as the page.
    }
  });
}

/** Puts the page back to its beginning when it is loaded again: what was chosen may be what it cannot draw. */
export function clearPageState(): void {
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
const MAX_TOASTS = 3;

export function toast(text: string, execution?: string): void {
  const id = ++toastId;
  const fresh: Toast = { id, text, ...(execution === undefined ? {} : { execution }) };
  pageState.set(({ toasts }) => ({ toasts: [...toasts.slice(1 - MAX_TOASTS), fresh] }));
  setTimeout(() => pageState.set(({ toasts }) => ({ toasts: toasts.filter((each) => each.id !== id) })), TOAST_MS);
}

/** Opens a channel or `home`, and on a narrow screen shows it; with `ts`, at that message. */
export const openConversation = (place: string, ts: string | null = null) =>
  pageState.set({ conversationId: place, threadTs: null, pane: "conversation", linkedTs: ts });
