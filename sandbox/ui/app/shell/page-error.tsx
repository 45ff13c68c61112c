import { clearPageState } from "./page-state.ts";

/** Replaces the whole page if it fails to render. Reloading it resets what was chosen. */
export function PageError() {
  const reload = () => {
    clearPageState();
    location.reload();
  };
  return (
    <main className="empty">
      <p role="alert">This page could not be displayed. The sandbox is still running.</p>
      <button type="button" className="primary" onClick={reload}>
        Reload the page
      </button>
    </main>
  );
}
