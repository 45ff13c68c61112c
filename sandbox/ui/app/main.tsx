import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { listen } from "./live/listen.ts";
import { App } from "./shell/app.tsx";
import { Boundary } from "./shell/error-boundary.tsx";
import { Broken } from "./shell/page-error.tsx";
import { rememberChoices } from "./shell/page-state.ts";

const root = document.getElementById("root");
if (root === null) throw new Error("The page has no #root.");
rememberChoices();
listen();
createRoot(root).render(
  <StrictMode>
    <Boundary instead={<Broken />}>
      <App />
    </Boundary>
  </StrictMode>,
);
