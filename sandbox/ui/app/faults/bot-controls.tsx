import { useState } from "react";
import { control, refusalText } from "../live/control-client.ts";
import { useWorld } from "../live/world.ts";
import { toast } from "../shell/page-state.ts";
import { Verbatim } from "../shell/verbatim.tsx";

type Action = "start" | "stop" | "kill" | "restart";

/** Starts, stops and kills the bot's process, and shows its log. */
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
  const lastExit = bot.lastExit === null ? "" : ` (last exit: ${bot.lastExit})`;
  return (
    <div className="bot-switch">
      <p role="status">
        {bot.running ? `The bot is running (process ${bot.pid}).` : `The bot is not running${lastExit}.`} Its database
        is kept across restarts.
      </p>
      <div className="row">
        {button("kill", "Kill (SIGKILL)", bot.running)}
        {button("stop", "Stop", bot.running)}
        {button("start", "Start", !bot.running)}
        {button("restart", "Restart", bot.running)}
      </div>
      <details className="terminal">
        <summary>Log</summary>
        <Verbatim label="Bot log">{bot.lines.join("\n")}</Verbatim>
      </details>
    </div>
  );
}
