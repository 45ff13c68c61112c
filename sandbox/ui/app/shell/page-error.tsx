import { clearPageState } from "./page-state.ts";

/** What is left when the page itself cannot be drawn: the sandbox runs on, and the page can be had anew. */
export function PageError() {
  const again = () => {
    clearPageState();
    location.reload();
  };
  return (
    <main className="empty">
      <p role="alert">The page could not be drawn. The sandbox itself runs on.</p>
      <button type="button" className="primary" onClick={again}>
        Load the page again
      </button>
    </main>
  );
}
