/** What happened to a request. Only the first three are also published as events. */
export type AuditKind =
  | "requested"
  | "decided"
  | "closed"
  | "voted"
  | "withdrawn"
  | "denied"
  | "signal-sending"
  | "signal-accepted"
  | "signal-ambiguous"
  | "signal-refused"
  | "signal-deferred"
  | "progress"
  | "ended";

/** One fact, before it has its place in the chain. `detail` holds plain JSON and no secrets. */
export interface AuditEntry {
  requestId: string;
  kind: AuditKind;
  /** Epoch milliseconds. */
  at: number;
  /** A Slack user id, an AWS principal, or `countersign` where nobody else acted. */
  actor: string;
  detail: Record<string, unknown>;
}

/** A fact with its place: `hash` covers the entry, its number and the hash before it. */
export interface AuditRecord extends AuditEntry {
  seq: number;
  id: string;
  previous: string;
  hash: string;
}

/** What stands before the first record. */
export const FIRST_HASH = "0".repeat(64);

/** The text that a record's hash is made of: JSON with its keys in order, so that any program can make it again. */
export function chainText(record: Omit<AuditRecord, "hash">): string {
  const { seq, id, requestId, kind, at, actor, detail, previous } = record;
  return canonicalJson({ seq, id, requestId, kind, at, actor, detail, previous });
}

/** JSON without white space and with the keys of every object sorted by code unit. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, each]) => `${JSON.stringify(key)}:${canonicalJson(each)}`);
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value ?? null);
}

/** The detail-type under which a kind is published on EventBridge, or null where it is only recorded. */
export function eventName(kind: AuditKind): string | null {
  switch (kind) {
    case "requested":
      return "Approval Requested";
    case "decided":
      return "Approval Decided";
    case "closed":
      return "Approval Closed";
    default:
      return null;
  }
}
