/** The state of the database. `risk`: why a committed change may be lost. */
export type DatabaseState =
  | { kind: "ready"; version: string; risk: string | null }
  /** There is no file yet, and `serve` can create it. */
  | { kind: "absent" }
  | { kind: "not-migrated"; version: string }
  | { kind: "newer"; message: string }
  | { kind: "not-writable"; reason: string }
  | { kind: "unreachable"; message: string };
