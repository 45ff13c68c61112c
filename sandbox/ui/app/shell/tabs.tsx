import type { KeyboardEvent, ReactNode } from "react";

export interface Tab<T extends string> {
  id: T;
  label: string;
  count?: number;
}

/** Tabs after the ARIA Authoring Practices: one stop for the Tab key, and arrow keys between the tabs. */
export function Tabs<T extends string>(props: {
  label: string;
  tabs: Tab<T>[];
  current: T;
  choose: (id: T) => void;
  children: ReactNode;
}) {
  const { tabs, current, choose } = props;
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = { ArrowRight: 1, ArrowLeft: tabs.length - 1 }[event.key];
    if (step === undefined) return;
    const next = tabs[(tabs.findIndex((each) => each.id === current) + step) % tabs.length];
    if (next === undefined) return;
    choose(next.id);
    event.currentTarget.querySelector<HTMLElement>(`#tab-${next.id}`)?.focus();
  };
  return (
    <>
      <div role="tablist" aria-label={props.label} className="tabs" onKeyDown={onKeyDown}>
        {tabs.map(({ id, label, count }) => (
          <button
            key={id}
            type="button"
            role="tab"
            id={`tab-${id}`}
            aria-selected={id === current}
            aria-controls={`panel-${current}`}
            tabIndex={id === current ? 0 : -1}
            onClick={() => choose(id)}
          >
            {label}
            {count ? <span className="count">{count}</span> : null}
          </button>
        ))}
      </div>
      <div
        key={current}
        role="tabpanel"
        id={`panel-${current}`}
        aria-labelledby={`tab-${current}`}
        className="panel"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable content must be reachable by keyboard
        tabIndex={0}
      >
        {props.children}
      </div>
    </>
  );
}
