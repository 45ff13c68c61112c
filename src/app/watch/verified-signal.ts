import { type AuditContext, type AuditEntry, requestContext } from "../../core/audit-records.ts";
import { describeSigner } from "../../core/signal-attempt.ts";
import type { VerificationResult } from "../../core/verify-signals.ts";
import type { Log } from "../ports/aws.ts";
import type { RecipientLookupKind } from "../ports/delivery-store.ts";

/** Returns the audit record of a verified signal. `context`: called only for a record that is published. */
export async function toVerifiedEntry(
  { request, result, reached, decidedBy, attempt: last }: VerificationResult,
  common: Pick<AuditEntry, "requestId" | "at" | "actor">,
  context: () => Promise<AuditContext>,
): Promise<AuditEntry> {
  const { attempt } = last;
  const signal = { decision: request.decision ?? "approve", attempt };
  const toReported = async () => ({ ...requestContext(request), ...(await context()), ...signal });
  switch (result) {
    case "confirmed":
    case "not-visible":
      return { ...common, kind: "signal-verified", detail: { ...signal, ...describeSigner(last), result } };
    case "misdirected": {
      const detail = { ...(await toReported()), reachedStep: reached?.stepName ?? null, decidedBy };
      return { ...common, kind: "signal-misdirected", detail };
    }
    case "no-effect":
      return { ...common, kind: "signal-without-effect", detail: await toReported() };
    default:
      throw new Error(`no record for ${result satisfies never}`);
  }
}

/** Returns the notice that reports a contradicted signal to the request's channels and to the admins; null if there is none. */
export function findNotice({ result }: VerificationResult): RecipientLookupKind | null {
  if (result === "misdirected") return "signal-misdirected";
  return result === "no-effect" ? "signal-without-effect" : null;
}

export function logVerified(log: Log, fields: object, { result, reached, decidedBy }: VerificationResult): void {
  if (result === "misdirected") {
    const more = { reachedStep: reached?.stepName ?? null, decidedBy };
    log.error({ event: "signal.misdirected", ...fields, ...more }, "the signal did not decide the step of its request");
  } else if (result === "no-effect")
    log.error({ event: "signal.without-effect", ...fields }, "AWS accepted the signal, and the step still waits");
  else log.info({ event: "signal.verified", ...fields, result }, "signal verified");
}
