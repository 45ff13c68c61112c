import type { DecisionPriority } from "../../src/workers/decision-priority.ts";

/** No priority: other work never waits. */
export const NO_PRIORITY: DecisionPriority = { decide: (work) => work(), waitForDecisions: async () => undefined };
