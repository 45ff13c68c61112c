import type { ReactNode } from "react";

/** Text as a machine wrote it. It scrolls by itself, so it is a stop for the keyboard and has a name. */
export function Verbatim({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="verbatim" tabIndex={0} aria-label={label}>
      <pre>{children}</pre>
    </section>
  );
}
