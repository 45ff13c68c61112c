import type { ReactNode } from "react";

/** Preformatted text. It scrolls, so it takes the keyboard focus and has a label. */
export function Verbatim({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable content must be reachable by keyboard
    <section className="verbatim" tabIndex={0} aria-label={label}>
      <pre>{children}</pre>
    </section>
  );
}
