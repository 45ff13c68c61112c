import type { AssumptionValues } from "./assumptions.ts";

/** A question about the real service that neither documentation nor observation answers. */
export interface Unknown {
  topic: string;
  /** The behavior of the stand-in. */
  assumption: string;
  reason: string;
  /** The setting in `/_control/assumptions` that changes the assumption. */
  switch?: keyof AssumptionValues;
}
