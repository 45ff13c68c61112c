import { type RefObject, useLayoutEffect } from "react";

/** Gives the focus back to where it was before `room` appeared, if it is inside when the room goes away. */
export function useRestoreFocus(room: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const opener = document.activeElement;
    const shown = room.current;
    return () => {
      if (!shown?.contains(document.activeElement) || !(opener instanceof HTMLElement)) return;
      // After the change: on a narrow screen the opener is hidden until then.
      queueMicrotask(() => opener.focus());
    };
  }, [room]);
}
