import { useSlack, useWorld } from "../live/world.ts";
import { Guide } from "./guide.tsx";
import { pageState, usePageState } from "./page-state.ts";

export function TopBar() {
  const theme = usePageState((state) => state.theme);
  const faultsOpen = usePageState((state) => state.faultsOpen);
  const other = theme === "dark" ? "light" : "dark";
  return (
    <header className="head">
      <div className="top">
        <p className="brand">
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <rect width="32" height="32" rx="8" />
            <path d="M8.5 16.5l5 5 10-11" />
          </svg>
          <span>Countersign</span> <span className="sandbox">sandbox</span>
        </p>
        <BotState />
        <button
          type="button"
          className="faults-button"
          aria-expanded={faultsOpen}
          onClick={() => pageState.set({ faultsOpen: !faultsOpen })}
        >
          What could go wrong
        </button>
        <button
          type="button"
          className="plain theme"
          aria-label={`Switch to ${other} mode`}
          onClick={() => pageState.set({ theme: other })}
        >
          <span aria-hidden="true">{theme === "dark" ? "☀︎" : "☾"}</span>
        </button>
      </div>
      <Guide />
    </header>
  );
}

/** The state of the bot and of its connection to Slack. */
function BotState() {
  const bot = useWorld((state) => state.bot);
  const live = useWorld((state) => state.live);
  const connected = useSlack((state) => state.delivery.links.length > 0);
  const [kind, text] = !live
    ? ["bad", "sandbox stopped"]
    : !bot.running
      ? ["bad", "bot stopped"]
      : connected
        ? ["good", "bot connected"]
        : ["waiting", "bot connecting"];
  return (
    <p className={`bot-state status ${kind}`} role="status">
      {text}
    </p>
  );
}
