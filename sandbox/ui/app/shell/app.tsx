import { useEffect } from "react";
import { AwsPanel } from "../aws/aws-panel.tsx";
import { Conversation } from "../conversation/conversation.tsx";
import { useNotices } from "../conversation/notices.tsx";
import { FaultsDrawer } from "../faults/faults-drawer.tsx";
import { useWorld } from "../live/world.ts";
import { Modals } from "../modal/modal.tsx";
import { Sidebar } from "../workspace/sidebar.tsx";
import { type Pane, pageState, usePageState } from "./page-state.ts";
import { Toasts } from "./toasts.tsx";
import { TopBar } from "./top-bar.tsx";

export function App() {
  const theme = usePageState((state) => state.theme);
  const known = useWorld((state) => state.slack !== null);
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  return known ? <Panels /> : <p className="empty">Looking for the sandbox…</p>;
}

function Panels() {
  const pane = usePageState((state) => state.pane);
  const trouble = usePageState((state) => state.faultsOpen);
  useNotices();
  return (
    <div className="panels" data-pane={pane}>
      <TopBar />
      <Sidebar />
      <main>
        <Conversation />
      </main>
      <AwsPanel />
      <Panes />
      {trouble ? <FaultsDrawer /> : null}
      <Modals />
      <Toasts />
    </div>
  );
}

const PANES: { id: Pane; label: string }[] = [
  { id: "workspace", label: "Workspace" },
  { id: "conversation", label: "Conversation" },
  { id: "aws", label: "AWS" },
];

/** On a narrow screen: which of the three is there. */
function Panes() {
  const pane = usePageState((state) => state.pane);
  return (
    <nav className="panes" aria-label="Parts of the page">
      {PANES.map(({ id, label }) => (
        <button
          key={id}
          type="button"
          aria-current={id === pane ? "page" : undefined}
          onClick={() => pageState.set({ pane: id })}
        >
          {label}
        </button>
      ))}
    </nav>
  );
}
