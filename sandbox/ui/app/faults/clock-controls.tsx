import { useEffect, useState } from "react";
import { control, refusalText } from "../live/control-client.ts";
import { refreshAll } from "../live/refresh.ts";
import { useWorld } from "../live/world.ts";
import { toast } from "../shell/page-state.ts";

const HOUR_MS = 3_600_000;

/** Advances the clock that both stand-ins share. */
export function ClockControls() {
  const advance = async (advanceMs: number) => {
    const refusal = refusalText(await control.post("slack", "/clock", { advanceMs }));
    if (refusal !== undefined) toast(refusal);
    refreshAll();
  };
  return (
    <div>
      <p>
        Sandbox time: <SandboxTime />. Slack and AWS share this clock; the bot uses the machine's clock.
      </p>
      <div className="row">
        <button type="button" onClick={() => void advance(HOUR_MS)}>
          +1 h
        </button>
        <button type="button" onClick={() => void advance(7 * 24 * HOUR_MS)}>
          +7 days
        </button>
      </div>
    </div>
  );
}

function SandboxTime() {
  const offset = useWorld((state) => state.clockOffset);
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const ticking = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(ticking);
  }, []);
  const time = new Date(now + offset);
  return (
    <time className="clock" dateTime={time.toISOString()}>
      {time.toISOString().slice(0, 19).replace("T", " ")} UTC
    </time>
  );
}
