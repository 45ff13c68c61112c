/** The area of a check, for scripts. */
export type CheckName =
  | "versions"
  | "configuration"
  | "proxy"
  | "slack-bot-token"
  | "slack-scopes"
  | "slack-socket-mode"
  | "slack-command"
  | "channels"
  | "people"
  | "groups"
  | "quorum"
  | "policy"
  | "aws-identity"
  | "aws-read-role"
  | "aws-permission"
  | "aws-approver-role"
  | "aws-waiting-steps"
  | "event-bus"
  | "event-queue"
  | "event-rules"
  | "database"
  | "clock";

/** `skipped`: the check could not run; the text says why and, where it helps, how to check by hand. Only `failed` fails doctor. */
export type CheckStatus = "ok" | "warning" | "failed" | "skipped";

/** The result of one check, in one line. The text of a warning or a failure ends with the fix. */
export interface Check {
  check: CheckName;
  status: CheckStatus;
  subject: string;
  text: string;
}

const as = (status: CheckStatus) => (check: CheckName, subject: string, text: string) => ({
  ...{ check, status, subject, text },
});

export const ok = as("ok");
export const warning = as("warning");
export const failed = as("failed");
export const skipped = as("skipped");
