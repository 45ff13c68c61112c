import { type ReactNode, useEffect, useRef } from "react";
import { control, refusalText } from "../live/control-client.ts";
import { pageState, toast } from "../shell/page-state.ts";
import { useRestoreFocus } from "../shell/restore-focus.ts";
import { BotControls } from "./bot-controls.tsx";
import { ClockControls } from "./clock-controls.tsx";
import { FaultSwitches } from "./fault-switches.tsx";

const close = () => pageState.set({ faultsOpen: false });

async function dropSocket(): Promise<void> {
  const answer = await control.post("slack", "/disconnect", { reason: "none" });
  if (answer.error === "no_connection") toast("No connection stands that could be dropped. Start the bot first.");
  else toast(refusalText(answer) ?? "The connection was broken. Countersign connects again.");
}

/** A drawer, not a dialog: one wants to see what happens meanwhile. */
export function FaultsDrawer() {
  const drawer = useRef<HTMLElement>(null);
  useRestoreFocus(drawer);
  useEffect(() => drawer.current?.focus(), []);
  return (
    <aside
      ref={drawer}
      className="faults-drawer"
      aria-label="What could go wrong"
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key === "Escape") close();
      }}
    >
      <header className="bar">
        <h2>What could go wrong</h2>
        <button type="button" className="plain" aria-label="Close the drawer" onClick={close}>
          <span aria-hidden="true">✕</span>
        </button>
      </header>
      <div className="panel">
        <p className="lead">Try to break it. Whatever happens: nothing runs unapproved, and no decision is lost.</p>
        <Section title="The bot">
          <BotControls />
        </Section>
        <Section title="Replies and limits">
          <FaultSwitches />
        </Section>
        <Section title="The connection to Slack">
          <button type="button" onClick={() => void dropSocket()}>
            Drop the socket
          </button>
        </Section>
        <Section title="Time">
          <ClockControls />
        </Section>
      </div>
    </aside>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="part">
      <h3>{title}</h3>
      {children}
    </section>
  );
}
