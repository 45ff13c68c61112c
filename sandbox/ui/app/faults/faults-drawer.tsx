import { type ReactNode, useEffect, useRef } from "react";
import { control, refusalOf } from "../live/control-client.ts";
import { choices, toast } from "../shell/page-state.ts";
import { useFocusBack } from "../shell/restore-focus.ts";
import { BotSwitch } from "./bot-controls.tsx";
import { ClockSwitch } from "./clock-controls.tsx";
import { FaultSwitches } from "./fault-switches.tsx";

const close = () => choices.set({ trouble: false });

async function dropSocket(): Promise<void> {
  const answer = await control.post("slack", "/disconnect", { reason: "none" });
  if (answer.error === "no_connection") toast("No connection stands that could be dropped. Start the bot first.");
  else toast(refusalOf(answer) ?? "The connection was broken. Countersign connects again.");
}

/** A drawer, not a dialog: one wants to see what happens meanwhile. */
export function Trouble() {
  const drawer = useRef<HTMLElement>(null);
  useFocusBack(drawer);
  useEffect(() => drawer.current?.focus(), []);
  return (
    <aside
      ref={drawer}
      className="trouble"
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
        <Part title="The bot">
          <BotSwitch />
        </Part>
        <Part title="Replies and limits">
          <FaultSwitches />
        </Part>
        <Part title="The connection to Slack">
          <button type="button" onClick={() => void dropSocket()}>
            Drop the socket
          </button>
        </Part>
        <Part title="Time">
          <ClockSwitch />
        </Part>
      </div>
    </aside>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="part">
      <h3>{title}</h3>
      {children}
    </section>
  );
}
