import type { AwsCalls } from "../app/ports/aws.ts";

/** For callers that count nothing, such as commands. */
export const UNCOUNTED: AwsCalls = { called() {}, waited() {} };
