import type { SessionTimers } from "../../wire/session-timers.ts";
import type { Assumptions } from "../assumptions.ts";
import type { Engine } from "../engine/engine.ts";
import type { Caller } from "../identity/authenticate.ts";
import type { ResourceStore } from "../resources.ts";

/** The dependencies of the SSM operations. */
export interface SsmDeps {
  resources: ResourceStore;
  engine: Engine;
  timers: SessionTimers;
  assumptions: Assumptions;
  /** Signs NextTokens, so that only issued tokens are accepted. */
  tokenSecret: string;
}

/** Runs an operation on validated input. Returns the output or throws an AwsError. */
export type SsmOperation<Input> = (deps: SsmDeps, caller: Caller, input: Input) => object;
