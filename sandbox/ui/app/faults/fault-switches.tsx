import { useState } from "react";
import { control, refusalText } from "../live/control-client.ts";
import { readFaults } from "../live/refresh.ts";
import { useWorld } from "../live/world.ts";
import { toast } from "../shell/page-state.ts";
import { matchesPreset, PRESETS, type Preset } from "./presets.ts";

/** The last change started. Changes run one after the other, so the last click wins. */
let last: Promise<void> = Promise.resolve();

async function applyPreset({ side, fault }: Preset, on: boolean): Promise<void> {
  const which = new URLSearchParams({ operation: fault.operation, kind: fault.kind });
  const reply = on ? await control.post(side, "/faults", fault) : await control.delete(side, `/faults?${which}`);
  const refusal = refusalText(reply);
  if (refusal !== undefined) toast(refusal);
  await readFaults();
}

export function FaultSwitches() {
  const faults = useWorld((state) => state.faults);
  // A switch moves immediately. A read that started before the change must not move it back.
  const [moving, setMoving] = useState<Record<string, boolean | undefined>>({});

  const turn = async (preset: Preset, on: boolean) => {
    const { label } = preset;
    setMoving((now) => ({ ...now, [label]: on }));
    last = last.then(() => applyPreset(preset, on));
    await last;
    // Unless the switch was moved again in the meantime.
    setMoving((now) => (now[label] === on ? { ...now, [label]: undefined } : now));
  };

  return (
    <ul className="switches">
      {PRESETS.map((preset) => {
        const on = moving[preset.label] ?? faults[preset.side].some(matchesPreset(preset));
        return (
          <li key={preset.label}>
            <label>
              <input
                type="checkbox"
                role="switch"
                checked={on}
                aria-checked={on}
                onChange={(event) => void turn(preset, event.target.checked)}
              />
              <span>
                <span className="name">{preset.label}</span>
                <span className="hint">{preset.description}</span>
              </span>
            </label>
          </li>
        );
      })}
    </ul>
  );
}
