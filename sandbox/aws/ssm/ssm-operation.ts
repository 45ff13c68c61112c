import type { SessionTimers } from "../../wire/session-timers.ts";
import type { Assumptions } from "../assumptions.ts";
import type { Engine } from "../engine/engine.ts";
import type { Caller } from "../identity/authenticate.ts";
import type { ResourceStore } from "../resources.ts";

/** What the SSM operations work with. */
export interface SsmDeps {
  resources: ResourceStore;
  engine: Engine;
  timers: SessionTimers;
  assumptions: Assumptions;
  /** Signs NextTokens, so that only those given out are taken back. */
  tokenSecret: string;
}

/** An operation: its input is validated before; it returns the output or throws an AwsError. */
export type SsmOperation<Input> = (deps: SsmDeps, caller: Caller, input: Input) => object;
