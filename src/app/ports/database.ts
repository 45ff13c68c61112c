/**
 * The state of the database. `risk`: why a committed change may be lost. `isExposed`: the network between this process and the
 * server can read or change the data.
 */
export type DatabaseState =
  | { kind: "ready"; version: string; risk: string | null; isExposed: boolean }
  /** There is no file yet, and `serve` can create it. */
  | { kind: "absent" }
  | { kind: "not-migrated"; version: string; isExposed: boolean }
  | { kind: "newer"; message: string }
  | { kind: "not-writable"; reason: string }
  | { kind: "unreachable"; message: string };
