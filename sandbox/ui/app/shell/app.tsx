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
  const loaded = useWorld((state) => state.slack !== null);
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  return loaded ? <Panels /> : <p className="empty">Connecting to the sandbox…</p>;
}

function Panels() {
  const pane = usePageState((state) => state.pane);
  const faultsOpen = usePageState((state) => state.faultsOpen);
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
      {faultsOpen ? <FaultsDrawer /> : null}
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

/** Switches between the three panels on a narrow screen. */
function Panes() {
  const pane = usePageState((state) => state.pane);
  return (
    <nav className="panes" aria-label="Panels">
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
