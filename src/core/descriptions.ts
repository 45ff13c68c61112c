import { isVisible } from "./clean-text.ts";
import { cut } from "./cut.ts";
import type { Mask } from "./mask.ts";

/** What the runbook's author wrote about the step and the runbook: shown for a gate that asks no question. Masked. */
export interface Descriptions {
  step?: string;
  runbook?: string;
}

/** The descriptions in the executed version of a runbook. */
export interface DeclaredDescriptions {
  runbook: string | null;
  steps: ReadonlyMap<string, string>;
}

/** As many characters as AWS accepts in the message of a gate. */
const MAX_STORED = 4_096;

/** Returns the descriptions of a gate without a message; null if it has a message or no description. */
export function findDescriptions(
  declared: DeclaredDescriptions,
  gate: { name: string; message: string | null },
  mask: Mask,
): Descriptions | null {
  if (gate.message !== null && isVisible(gate.message)) return null;
  const stored = (text: string | null | undefined) =>
    text == null || !isVisible(text) ? null : cut(mask.text(text), MAX_STORED);
  const [step, runbook] = [stored(declared.steps.get(gate.name)), stored(declared.runbook)];
  if (step === null && runbook === null) return null;
  return { ...(step === null ? {} : { step }), ...(runbook === null || runbook === step ? {} : { runbook }) };
}
