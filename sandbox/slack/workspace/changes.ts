/** A visible change. It has no content: listeners read the state again. */
export interface Change {
  what: "message" | "view" | "home" | "people" | "groups" | "channel" | "notice" | "socket" | "settings" | "reset";
  channel?: string;
  ts?: string;
  user?: string;
  id?: string;
}

export interface Changes {
  announce(change: Change): void;
  /** Calls `listener` for each change, until the returned function is called. */
  subscribe(listener: (change: Change) => void): () => void;
}

export function makeChanges(): Changes {
  const listeners = new Set<(change: Change) => void>();
  return {
    announce(change) {
      for (const listener of listeners) listener(change);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
