import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { listen } from "./live/listen.ts";
import { App } from "./shell/app.tsx";
import { ErrorBoundary } from "./shell/error-boundary.tsx";
import { PageError } from "./shell/page-error.tsx";
import { persistPageState } from "./shell/page-state.ts";

const root = document.getElementById("root");
if (root === null) throw new Error("The page has no #root.");
persistPageState();
listen();
createRoot(root).render(
  <StrictMode>
    <ErrorBoundary fallback={<PageError />}>
      <App />
    </ErrorBoundary>
  </StrictMode>,
);
