import { randomBytes } from "node:crypto";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** Generates an id in Slack's format: a letter for the kind (V view, D direct message, B bot...), then ten of A-Z0-9. */
export function newId(kind: string): string {
  return kind + [...randomBytes(10)].map((byte) => ALPHABET[byte % ALPHABET.length]).join("");
}

/** Generates a secret for tickets, triggers and response URLs. */
export function newSecret(bytes = 16): string {
  return randomBytes(bytes).toString("hex");
}

/** Generates a block_id or action_id of five characters, as Slack does. */
export function newBlockId(): string {
  return randomBytes(4).toString("base64url").slice(0, 5);
}

/** Generates the hash of a view: seconds, a dot, eight characters. */
export function newHash(now: number): string {
  return `${Math.floor(now / 1000)}.${randomBytes(6).toString("base64url").slice(0, 8)}`;
}

/** Converts microseconds to a ts such as "1503435956.000247". */
export function tsFromMicros(micros: number): string {
  return `${Math.floor(micros / 1e6)}.${String(micros % 1e6).padStart(6, "0")}`;
}

/** Converts a ts to microseconds; NaN if it is invalid. Slack also accepts plain seconds in `oldest` and `latest`. */
export function microsFromTs(ts: string): number {
  const match = /^(\d{1,11})(?:\.(\d{1,6}))?$/.exec(ts);
  if (match === null) return Number.NaN;
  return Number(match[1]) * 1e6 + Number((match[2] ?? "").padEnd(6, "0"));
}
