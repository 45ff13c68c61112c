import { decodeExecution } from "../../src/aws/decode.ts";
import { makeSlices } from "../../src/core/slices.ts";

/** Decodes an execution without pauses. */
export const decodeAtOnce = (...given: Parameters<typeof decodeExecution>) =>
  makeSlices().finish(decodeExecution(...given));
