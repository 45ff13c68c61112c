import { useEffect } from "react";
import { AwsPanel } from "../aws/aws-panel.tsx";
import { Conversation } from "../conversation/conversation.tsx";
import { useNotices } from "../conversation/notices.tsx";
import { Trouble } from "../faults/faults-drawer.tsx";
import { useWorld } from "../live/world.ts";
import { Modals } from "../modal/modal.tsx";
import { Sidebar } from "../workspace/sidebar.tsx";
import { choices, type Pane, useChoices } from "./page-state.ts";
import { Toasts } from "./toasts.tsx";
import { TopBar } from "./top-bar.tsx";

export function App() {
  const theme = useChoices((state) => state.theme);
  const known = useWorld((state) => state.slack !== null);
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  return known ? <Rooms /> : <p className="nothing">Looking for the sandbox…</p>;
}

function Rooms() {
  const pane = useChoices((state) => state.pane);
  const trouble = useChoices((state) => state.trouble);
  useNotices();
  return (
    <div className="rooms" data-pane={pane}>
      <TopBar />
      <Sidebar />
      <main>
        <Conversation />
      </main>
      <AwsPanel />
      <Panes />
      {trouble ? <Trouble /> : null}
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
  const pane = useChoices((state) => state.pane);
  return (
    <nav className="panes" aria-label="Parts of the page">
      {PANES.map(({ id, label }) => (
        <button
          key={id}
          type="button"
          aria-current={id === pane ? "page" : undefined}
          onClick={() => choices.set({ pane: id })}
        >
          {label}
        </button>
      ))}
    </nav>
  );
}
