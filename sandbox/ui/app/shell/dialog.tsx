import { type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { createPortal } from "react-dom";

const FIELD = ":is(input, textarea, select):not(:disabled)";
const ANSWER = ".dialog-actions :is(.primary, .danger)";

/** A modal dialog of the browser's own: it keeps the focus, gives it back, and closes with Escape. */
export function Dialog(props: { title: string; onClose: () => void; children: ReactNode; className?: string }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  // Closed before it is taken away: then the browser gives the focus back to where it was.
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    // Not on the cross, where the browser puts it.
    (shown?.querySelector<HTMLElement>(FIELD) ?? shown?.querySelector<HTMLElement>(ANSWER))?.focus();
    return () => shown?.close();
  }, []);
  return createPortal(
    <dialog
      ref={dialog}
      className={props.className}
      aria-labelledby={title}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
    >
      <header>
        <h2 id={title}>{props.title}</h2>
        <button type="button" className="plain" aria-label="Close" onClick={props.onClose}>
          <span aria-hidden="true">✕</span>
        </button>
      </header>
      {props.children}
    </dialog>,
    document.body,
  );
}
