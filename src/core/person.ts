/** What Slack says of a person at the moment of the click. Source: Slack API, users.info. */
export interface Person {
  id: string;
  name: string;
  email: string | null;
  teamId: string;
  /** `external` covers Slack Connect people and those of another workspace or organisation. */
  accountStatus: "member" | "guest" | "external" | "deactivated" | "bot";
}

/** Whether the person is among those meant, read at the click; `unknown` when Slack could not be asked. */
export type Membership =
  | { kind: "member" }
  /** `gone`: groups that are meant, but do not exist or are disabled. */
  | { kind: "not-member"; gone?: readonly string[] | undefined }
  | LookupFailure;

/** Slack could not tell. `retryAfterMs`: it only asks to wait. */
export interface LookupFailure {
  kind: "unknown";
  error: string;
  retryAfterMs?: number;
}
