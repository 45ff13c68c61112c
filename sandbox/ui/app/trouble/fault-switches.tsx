import { control, refusalOf } from "../live/control.ts";
import { refreshFaults } from "../live/refresh.ts";
import { useWorld, world } from "../live/world.ts";
import { toast } from "../shell/choices.ts";
import { isOf, PRESETS, type Preset } from "./presets.ts";

/** The last change that was begun. Each reads what is in force and writes it anew, so one waits for the one before. */
let last: Promise<void> = Promise.resolve();

async function turn(preset: Preset, on: boolean): Promise<void> {
  const { side, fault } = preset;
  const others = world.get().faults[side].filter((each) => !isOf(preset)(each));
  // The switch moves at once; what is in force is read again below.
  world.set(({ faults }) => ({ faults: { ...faults, [side]: on ? [...others, fault] : others } }));
  last = last.then(() => putInForce(preset, on));
  await last;
}

/** The stand-in can only forget all its faults, so the others are put back. */
async function putInForce(preset: Preset, on: boolean): Promise<void> {
  const { side, fault } = preset;
  const kept = (await control.get(side, "/faults")).faults as Preset["fault"][];
  await control.delete(side, "/faults");
  const wanted = [...kept.filter((each) => !isOf(preset)(each)), ...(on ? [fault] : [])];
  for (const each of wanted) {
    const refusal = refusalOf(await control.post(side, "/faults", each));
    if (refusal !== undefined) toast(refusal);
  }
  refreshFaults();
}

export function FaultSwitches() {
  const faults = useWorld((state) => state.faults);
  return (
    <ul className="switches">
      {PRESETS.map((preset) => (
        <li key={preset.label}>
          <label>
            <input
              type="checkbox"
              role="switch"
              checked={faults[preset.side].some(isOf(preset))}
              aria-checked={faults[preset.side].some(isOf(preset))}
              onChange={(event) => void turn(preset, event.target.checked)}
            />
            <span>
              <span className="name">{preset.label}</span>
              <span className="hint">{preset.says}</span>
            </span>
          </label>
        </li>
      ))}
    </ul>
  );
}
