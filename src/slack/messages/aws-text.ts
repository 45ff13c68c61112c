import type { UnreadExecution } from "../../app/admin/ask-targets.ts";
import { executionPage, inConsole } from "../../core/console-url.ts";
import type { RequestFacts } from "../../core/request.ts";
import { mentions } from "./mentions.ts";
import { code } from "./text.ts";

/** An execution, with the address of its page if the configuration decides it. */
export interface Execution {
  account: string;
  region: string;
  executionId: string;
  facts?: Pick<RequestFacts, "consoleUrl">;
}

/** Returns a link to the page of the execution in the console, or null without a page. In mrkdwn. */
function link(execution: Execution, label: string): string | null {
  const url = executionPage(execution);
  return url === null ? null : mentions().link(url, label);
}

/** Links to the execution in the console, labeled with the first characters of its ID. In mrkdwn. */
export function executionLink(execution: Execution): string {
  const short = execution.executionId.slice(0, SHORT_ID_LENGTH);
  return link(execution, short) ?? code(short, SHORT_ID_LENGTH + 2);
}

/** Enough of an execution's ID to tell it from the others in a channel. */
const SHORT_ID_LENGTH = 8;

/** Links to the console, or returns null. In mrkdwn. */
export const consoleLink = (execution: Execution): string | null => link(execution, "Open in the AWS console");

/** "in the AWS console", as a link if there is a page. In mrkdwn. */
export const inAwsConsole = (execution: Execution): string => inConsole(executionPage(execution), mentions());

/** The execution in the small print of a notice: `/approvals show` accepts the first characters of its ID. In mrkdwn. */
export const executionNote = (execution: Execution): string => `execution ${executionLink(execution)}`;

/** The IDs of a request in full, and the link to the console. In mrkdwn. Without a request: the ID of the execution. */
export function idsLine(about: Execution & { id?: string }): string {
  const request = about.id === undefined ? null : `Request ${code(about.id, 80)}`;
  const parts = [`Execution ${code(about.executionId, 80)}`, request, consoleLink(about)];
  return parts.filter((part) => part !== null).join(" · ");
}

/** Describes an execution status after "The execution". Statuses that AWS may add appear as they are. */
export function executionText(status: string): string {
  switch (status) {
    case "Success":
    case "CompletedWithSuccess":
      return "has succeeded";
    case "Failed":
    case "CompletedWithFailure":
      return "has failed";
    case "TimedOut":
      return "has timed out";
    case "Cancelled":
      return "was cancelled";
    case "Cancelling":
      return "is being cancelled";
    case "Rejected":
      return "was rejected";
    case "Exited":
      return "has exited";
    case "InProgress":
      return "is running";
    case "Pending":
      return "has not started";
    case "Waiting":
      return "is waiting";
    case "Unknown":
      return "no longer exists in AWS";
    default:
      return `has the status ${code(status, 40)}`;
  }
}

/** Says why the execution is not shown as AWS has it now, and whether to try again. In mrkdwn. */
export function unreadText(unread: UnreadExecution): string {
  switch (unread.kind) {
    case "not-found":
      return "*AWS no longer has this execution.*";
    case "no-target":
      return `*Countersign cannot read this execution in AWS.* Target ${code(unread.target, 100)} is not in the configuration, or Countersign does not know the target's account yet. Ask an admin to check the target.`;
    case "failed": {
      const why = code(`${unread.code}: ${unread.message}`, 300);
      return unread.retry
        ? `*Countersign could not read this execution in AWS*: ${why}. Try again in a minute.`
        : `*Countersign cannot read this execution in AWS*: ${why}. An admin must fix the cause first.`;
    }
    default:
      throw new Error(`no text for ${unread satisfies never}`);
  }
}
