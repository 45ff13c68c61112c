import { createHmac, timingSafeEqual } from "node:crypto";
import type { Authority, Verdict } from "../../core/request.ts";

/** The state that a form returns: the click for which it was opened. */
export interface FormState {
  /** `details`: a view that opens forms and is not a form itself. */
  purpose: "form" | "details";
  requestId: string;
  verdict: Verdict;
  authority: Authority;
  channelId: string;
  messageTs: string;
  /** Unique to this form: a form counts once, even if it is submitted again. */
  nonce: string;
}

/** Forms pass through the person's client. A signature proves that a form returns unchanged, from the same person. */
export interface SignedFormState {
  write(origin: FormState, userId: string): string;
  /** Returns null for any text that `write` did not produce for this person and purpose. */
  read(text: string, userId: string, purpose: FormState["purpose"]): FormState | null;
}

const PARTS = ["purpose", "requestId", "verdict", "authority", "channelId", "messageTs", "nonce"] as const;

/** `secret` is the bot token: it is the same in every replica and after a restart, and no client knows it. */
export function makeSignedFormState(secret: string): SignedFormState {
  const key = createHmac("sha256", secret).update("countersign form").digest();
  const sign = (origin: FormState, userId: string) =>
    createHmac("sha256", key)
      .update(JSON.stringify([userId, ...PARTS.map((part) => origin[part])]))
      .digest("base64url");
  return {
    write: (origin, userId) => JSON.stringify({ ...origin, signature: sign(origin, userId) }),
    read(text, userId, purpose) {
      const found = parsed(text);
      if (found === null || typeof found.signature !== "string") return null;
      if (!PARTS.every((part) => typeof found[part] === "string")) return null;
      const origin = Object.fromEntries(PARTS.map((part) => [part, found[part]])) as unknown as FormState;
      const [given, right] = [Buffer.from(found.signature), Buffer.from(sign(origin, userId))];
      const isValid = given.length === right.length && timingSafeEqual(given, right);
      return isValid && origin.purpose === purpose ? origin : null;
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
