import { useState } from "react";
import { control, refusalText } from "../live/control-client.ts";
import { useWorld } from "../live/world.ts";
import { toast } from "../shell/page-state.ts";
import { Verbatim } from "../shell/verbatim.tsx";

type Action = "start" | "stop" | "kill" | "restart";

/** The bot's process in hand. */
export function BotControls() {
  const bot = useWorld((state) => state.bot);
  const [busy, setBusy] = useState(false);

  const act = async (action: Action) => {
    setBusy(true);
    const refusal = refusalText(await control.post("slack", "/bot", { action }));
    setBusy(false);
    if (refusal !== undefined) toast(refusal);
  };
  const button = (action: Action, label: string, possible: boolean) => (
    <button type="button" disabled={busy || !possible} onClick={() => void act(action)}>
      {label}
    </button>
  );
  const how = bot.lastExit === null ? "" : `, ended with ${bot.lastExit}`;
  return (
    <div className="bot-switch">
      <p role="status">
        {bot.running ? `The bot runs as process ${bot.pid}.` : `The bot does not run${how}.`} Its store outlives it.
      </p>
      <div className="row">
        {button("kill", "Kill it (SIGKILL)", bot.running)}
        {button("stop", "Stop it", bot.running)}
        {button("start", "Start it", !bot.running)}
        {button("restart", "Restart it", bot.running)}
      </div>
      <details className="terminal">
        <summary>What it logs</summary>
        <Verbatim label="The bot's log">{bot.lines.join("\n")}</Verbatim>
      </details>
    </div>
  );
}
