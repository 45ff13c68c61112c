import { type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { createPortal } from "react-dom";

const FIELD = ":is(input, textarea, select):not(:disabled)";
const ANSWER = ".dialog-actions :is(.primary, .danger)";

/** A native modal dialog: the browser traps and restores the focus, and Escape closes it. */
export function Dialog(props: { title: string; onClose: () => void; children: ReactNode; className?: string }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  // Close it before React removes it, so that the browser restores the focus.
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    // The browser would focus the close button.
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
