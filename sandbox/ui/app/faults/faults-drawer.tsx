import { type ReactNode, useEffect, useRef } from "react";
import { control, refusalText } from "../live/control-client.ts";
import { pageState, toast } from "../shell/page-state.ts";
import { useRestoreFocus } from "../shell/restore-focus.ts";
import { BotControls } from "./bot-controls.tsx";
import { ClockControls } from "./clock-controls.tsx";
import { FaultSwitches } from "./fault-switches.tsx";

const close = () => pageState.set({ faultsOpen: false });

async function dropSocket(): Promise<void> {
  const reply = await control.post("slack", "/disconnect", { reason: "none" });
  if (reply.error === "no_connection") toast("There is no connection to drop. Start the bot first.");
  else toast(refusalText(reply) ?? "Connection dropped. Countersign reconnects.");
}

/** Faults to inject. A drawer and not a dialog, so that the effects stay visible. */
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
        <p className="lead">Try to break it. Whatever you do, nothing runs without approval and no decision is lost.</p>
        <Section title="Bot">
          <BotControls />
        </Section>
        <Section title="API faults">
          <FaultSwitches />
        </Section>
        <Section title="Slack connection">
          <button type="button" onClick={() => void dropSocket()}>
            Drop the socket
          </button>
        </Section>
        <Section title="Clock">
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
