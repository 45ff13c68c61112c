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
  /** `gone`: groups of the route that do not exist or are disabled. `admin`: an admin, who can break glass. */
  | { kind: "not-member"; gone?: readonly string[] | undefined; admin?: boolean | undefined }
  | LookupFailure;

/** Slack did not answer the lookup. `retryAfterMs`: Slack only limits the rate. */
export interface LookupFailure {
  kind: "unknown";
  error: string;
  retryAfterMs?: number;
  /** Slack does not know the person, or does not show them to the app: asking again cannot help. */
  permanent?: boolean;
}
