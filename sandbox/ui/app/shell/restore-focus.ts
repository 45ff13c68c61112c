import { type RefObject, useLayoutEffect } from "react";

/** Returns the focus to the element that had it before `panel` appeared, if it is inside `panel` when that goes away. */
export function useRestoreFocus(panel: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const opener = document.activeElement;
    const shown = panel.current;
    return () => {
      if (!shown?.contains(document.activeElement) || !(opener instanceof HTMLElement)) return;
      // Wait for the render: on a narrow screen the opener is hidden until then.
      queueMicrotask(() => opener.focus());
    };
  }, [panel]);
}
