import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";

/** The state of a form or of the details: for which request, action and origin it was opened. */
const formStateSchema = z.strictObject({
  /** `details`: a view that leads to a form and is no form itself. */
  purpose: z.enum(["form", "details"]),
  requestId: z.string(),
  verdict: z.enum(["approve", "reject"]),
  authority: z.enum(["approver", "break-glass"]),
  origin: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("message"), channelId: z.string(), ts: z.string() }),
    z.strictObject({ kind: z.literal("command"), channelId: z.string() }),
  ]),
  /** Unique for each form: a form counts once, however often it is submitted. */
  nonce: z.string(),
});
const signedSchema = formStateSchema.extend({ signature: z.string() });

export type FormState = z.infer<typeof formStateSchema>;

/**
 * Signs the state of a form. A form travels through the person's client; the signature proves that its state comes back
 * as it was written, from the same person.
 */
export interface SignedFormState {
  write(state: FormState, userId: string): string;
  /** Returns null for any text that was not written here for this person and purpose. */
  read(text: string, userId: string, purpose: FormState["purpose"]): FormState | null;
}

/** Makes the signer. `secret` is the bot's token: the same in every replica and after a restart, and known to no client. */
export function makeSignedFormState(secret: string): SignedFormState {
  const key = createHmac("sha256", secret).update("countersign form").digest();
  const sign = (state: FormState, userId: string) => {
    const { purpose, requestId, verdict, authority, origin, nonce } = state;
    const place = [origin.kind, origin.channelId, origin.kind === "message" ? origin.ts : null];
    const signed = JSON.stringify([userId, purpose, requestId, verdict, authority, ...place, nonce]);
    return createHmac("sha256", key).update(signed).digest("base64url");
  };
  return {
    write: (state, userId) => JSON.stringify({ ...state, signature: sign(state, userId) }),
    read(text, userId, purpose) {
      const parsed = signedSchema.safeParse(parseJson(text));
      if (!parsed.success) return null;
      const { signature, ...state } = parsed.data;
      const [given, expected] = [Buffer.from(signature), Buffer.from(sign(state, userId))];
      const isGenuine = given.length === expected.length && timingSafeEqual(given, expected);
      return isGenuine && state.purpose === purpose ? state : null;
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
