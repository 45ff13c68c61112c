import { forgetChoices } from "./page-state.ts";

/** What is left when the page itself cannot be drawn: the sandbox runs on, and the page can be had anew. */
export function Broken() {
  const again = () => {
    forgetChoices();
    location.reload();
  };
  return (
    <main className="nothing">
      <p role="alert">The page could not be drawn. The sandbox itself runs on.</p>
      <button type="button" className="primary" onClick={again}>
        Load the page again
      </button>
    </main>
  );
}
