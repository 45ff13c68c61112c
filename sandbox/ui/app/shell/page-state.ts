import { makeStore, useStore } from "../live/page-store.ts";

export type Pane = "workspace" | "conversation" | "aws";
export type AwsTab = "runbooks" | "executions" | "audit" | "wire";
export type Theme = "light" | "dark";

export interface Toast {
  id: number;
  text: string;
  /** The execution that the toast is about. The toast links to its request once that is posted. */
  execution?: string;
}

/** What the user of the page has chosen. None of it is known outside the page. */
export interface PageState {
  /** The person to act as. */
  actorId: string;
  /** The open conversation: a channel id, or `home`. */
  conversationId: string;
  /** The open thread, by the ts of its first message. */
  threadTs: string | null;
  /** The message to scroll to, after a click on a link to it. */
  linkedTs: string | null;
  /** The panel that a narrow screen shows. */
  pane: Pane;
  tab: AwsTab;
  faultsOpen: boolean;
  /** The task of the guide's step that was chosen last. */
  guideHint: string | null;
  /** Whether an approval was withdrawn on this page. */
  withdrew: boolean;
  theme: Theme;
  /** Short notes on recent events, oldest first. */
  toasts: Toast[];
}

const stored = (name: string) => {
  try {
    return sessionStorage.getItem(name) ?? localStorage.getItem(name);
  } catch {
    return null; // The browser may forbid storage.
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
  guideHint: null,
  withdrew: false,
  theme: (stored("theme") as Theme | null) ?? preferred(),
  toasts: [],
});

export const usePageState = <S>(select: (state: PageState) => S): S => useStore(pageState, select);

/** Persists the person and conversation per tab, so that two tabs can be two people, and the theme per browser. */
export function persistPageState(): void {
  pageState.subscribe(() => {
    const { actorId, conversationId, theme } = pageState.get();
    try {
      sessionStorage.setItem("actorId", actorId);
      sessionStorage.setItem("conversationId", conversationId);
      if (theme !== preferred()) localStorage.setItem("theme", theme);
      else localStorage.removeItem("theme");
    } catch {
      // Without storage, the state lasts until the page is closed.
    }
  });
}

/** Clears the persisted state: it may be the reason why the page cannot be displayed. */
export function clearPageState(): void {
  try {
    sessionStorage.clear();
  } catch {
    // Without storage, there is nothing to clear.
  }
}

/** How long a toast stays, in milliseconds. */
const TOAST_MS = 7000;
let toastId = 0;

/** A new toast replaces the oldest one beyond this number. */
const MAX_TOASTS = 3;

export function toast(text: string, execution?: string): void {
  const id = ++toastId;
  const added: Toast = { id, text, ...(execution === undefined ? {} : { execution }) };
  pageState.set(({ toasts }) => ({ toasts: [...toasts.slice(1 - MAX_TOASTS), added] }));
  setTimeout(() => pageState.set(({ toasts }) => ({ toasts: toasts.filter((each) => each.id !== id) })), TOAST_MS);
}

/** Opens a channel or `home`, and scrolls to the message `ts` if given. A narrow screen switches to the conversation. */
export const openConversation = (conversationId: string, ts: string | null = null) =>
  pageState.set({ conversationId, threadTs: null, pane: "conversation", linkedTs: ts });
