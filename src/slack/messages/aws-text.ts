import type { ApprovalRequest } from "../../core/request.ts";
import { code } from "./text.ts";

/**
 * Returns the page of an execution in the AWS console, or null if the ID or Region has a form that AWS does not use, or if
 * the address of the partition's console is not public. China and GovCloud have their own consoles. Source: AWS documentation, "Getting started with the AWS Management Console".
 */
export function consoleUrl(region: string, executionId: string): string | null {
  const domain = consoleDomain(region);
  if (domain === null || !/^[A-Za-z0-9-]{1,64}$/.test(executionId)) return null;
  return `https://${region}.${domain}/systems-manager/automation/execution/${executionId}?region=${region}`;
}

function consoleDomain(region: string): string | null {
  if (/^cn-[a-z]+-\d{1,2}$/.test(region)) return "console.amazonaws.cn";
  if (/^us-gov-[a-z]+-\d{1,2}$/.test(region)) return "console.amazonaws-us-gov.com";
  // The other partitions have another first part (eusc-de-east-1) or four parts (us-iso-east-1).
  return /^[a-z]{2}-[a-z]+-\d{1,2}$/.test(region) ? "console.aws.amazon.com" : null;
}

/** Links to the execution in the console, labeled with the first characters of its ID. In mrkdwn. */
export function executionLink({ region, executionId }: ApprovalRequest): string {
  const url = consoleUrl(region, executionId);
  const short = executionId.slice(0, SHORT_ID_LENGTH);
  return url === null ? code(short, SHORT_ID_LENGTH + 2) : `<${url}|${short}>`;
}

/** Enough of an execution's ID to tell it from the others in a channel. */
const SHORT_ID_LENGTH = 8;

/** Links to the console, or returns null. In mrkdwn. */
export function consoleLink(request: Pick<ApprovalRequest, "region" | "executionId">): string | null {
  const url = consoleUrl(request.region, request.executionId);
  return url === null ? null : `<${url}|Open in the AWS console>`;
}

/** The IDs of a request in full, and the link to the console. In mrkdwn. Without a request: the ID of the execution. */
export function idsLine(about: Pick<ApprovalRequest, "region" | "executionId"> & { id?: string }): string {
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
