/** A person as Slack describes them at the time of the click. Source: Slack API, users.info. */
export interface Person {
  id: string;
  name: string;
  email: string | null;
  teamId: string;
  /** The end of the second in which the account was last changed; null if Slack does not say. In epoch milliseconds. */
  updatedAt: number | null;
  /** The IANA name of the time zone; absent if Slack does not say. */
  zone?: string;
  /** `external`: a Slack Connect user, or a user of another workspace or organization. */
  accountStatus: "member" | "guest" | "external" | "deactivated" | "bot";
}

/** Whether a person belongs to the approvers or admins, read at the click. `unknown`: Slack did not answer. */
export type Membership =
  | { kind: "member" }
  /** `gone`: groups of the route that do not exist or are disabled. */
  | { kind: "not-member"; gone?: readonly string[] | undefined }
  | LookupFailure;

/** Why a lookup failed. `advice`: Slack refuses it until an admin changes something, so asking again cannot help. */
export interface FailedLookup {
  error: string;
  advice?: LookupAdvice | undefined;
}

/** For a person without access to the setup: the cause, which ends a sentence, and the sentence that says what to do. */
export interface LookupAdvice {
  cause: string;
  fix: string;
}

/** How soon a click is evaluated again that waits for a lookup to which Slack did not reply, in milliseconds. */
export const UNANSWERED_RETRY_MS = 5_000;

/** Slack did not answer the lookup. `retryAfterMs`: a click can wait for as long, and is then evaluated again. */
export interface LookupFailure extends FailedLookup {
  kind: "unknown";
  retryAfterMs?: number;
  /** Slack failed, or its reply was lost: neither a rate limit nor a refusal, and another attempt can succeed. */
  transient?: boolean;
  /** Slack does not know the person, or does not show them to the app: asking again cannot help. */
  permanent?: boolean;
}

/** Leaves out what only the caller of the lookup needs. */
export const toFailedLookup = ({ error, advice }: FailedLookup): FailedLookup =>
  advice === undefined ? { error } : { error, advice };

/** Tells that Slack did not return the subject, the consequence, and what to do: `again` is the advice for a failure that passes. */
export function lookupFailureText(
  { error, advice }: FailedLookup,
  { subject, consequence, again }: { subject: string; consequence?: string; again: string },
): string {
  const sentence =
    advice === undefined
      ? `Slack did not return ${subject} (${error}).`
      : `Slack could not return ${subject}: ${advice.cause}.`;
  return [sentence, ...(consequence === undefined ? [] : [consequence]), advice?.fix ?? again].join(" ");
}
