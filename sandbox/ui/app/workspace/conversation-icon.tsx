export type IconKind = "public" | "private" | "im" | "home";

const PATHS: Record<IconKind, string> = {
  public: "M6.5 2.5l-1.5 11M11 2.5l-1.5 11M3 6h10.5M2.5 10.5H13",
  private: "M4 7.5h8v6H4zM5.5 7.5v-2a2.5 2.5 0 0 1 5 0v2",
  im: "M2.5 4h11v8h-11zM2.5 4.5l5.5 4 5.5-4",
  home: "M2.5 8L8 3l5.5 5M4.5 7v6.5h7V7",
};

/** Draws the kind of a conversation. Decorative: its name is always shown next to it. */
export function ConversationIcon({ kind }: { kind: IconKind }) {
  return (
    <svg className="mark" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[kind]} />
    </svg>
  );
}
