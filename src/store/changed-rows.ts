import { type InsertResult, UpdateResult } from "kysely";

/** Returns whether a guarded write changed a row. If it did not, another process was first: a normal result. */
export function didChange(result: UpdateResult | InsertResult): boolean {
  return result instanceof UpdateResult ? result.numUpdatedRows > 0n : (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}
