import { createHmac, timingSafeEqual } from "node:crypto";
import type { Authority, Verdict } from "../../core/request.ts";

/** What a form carries back: for which press of a button it was opened. */
export interface FormState {
  /** `details`: a view that leads to a form and is none itself. */
  purpose: "form" | "details";
  requestId: string;
  verdict: Verdict;
  authority: Authority;
  channelId: string;
  messageTs: string;
  /** Of this form alone: a form counts once, however often it comes back. */
  nonce: string;
}

/** Forms travel through the person's client. A seal shows that one comes back as it was opened, from the same person. */
export interface SignedFormState {
  write(origin: FormState, userId: string): string;
  /** Null for anything that was not written here for this person. */
  read(text: string, userId: string, purpose: FormState["purpose"]): FormState | null;
}

const PARTS = ["purpose", "requestId", "verdict", "authority", "channelId", "messageTs", "nonce"] as const;

/** `secret` is the bot's token: the same in every replica and after a restart, and known to nobody else. */
export function makeSignedFormState(secret: string): SignedFormState {
  const key = createHmac("sha256", secret).update("countersign form").digest();
  const seal = (origin: FormState, userId: string) =>
    createHmac("sha256", key)
      .update(JSON.stringify([userId, ...PARTS.map((part) => origin[part])]))
      .digest("base64url");
  return {
    write: (origin, userId) => JSON.stringify({ ...origin, seal: seal(origin, userId) }),
    read(text, userId, purpose) {
      const found = parsed(text);
      if (found === null || typeof found.seal !== "string") return null;
      if (!PARTS.every((part) => typeof found[part] === "string")) return null;
      const origin = Object.fromEntries(PARTS.map((part) => [part, found[part]])) as unknown as FormState;
      const [given, right] = [Buffer.from(found.seal), Buffer.from(seal(origin, userId))];
      const isSealed = given.length === right.length && timingSafeEqual(given, right);
      return isSealed && origin.purpose === purpose ? origin : null;
    },
  };
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === "object" && found !== null ? (found as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
