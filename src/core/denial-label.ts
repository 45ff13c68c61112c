import type { Denial } from "./denial.ts";

/** Says in a few words why a click did not count, for a list of events. */
export function denialLabel(kind: Denial["kind"]): string {
  switch (kind) {
    case "no-request":
      return "unknown request";
    case "damaged":
      return "damaged record of the request";
    case "wrong-workspace":
      return "another installation's button";
    case "foreign-message":
      return "not a message of the request";
    case "forged-form":
      return "not a form of Countersign";
    case "no-route":
      return "no route";
    case "information-only":
      return "the route is for information only";
    case "no-target":
      return "target not in the configuration";
    case "not-listed":
      return "the step's Approvers do not include the signer";
    case "account-status":
      return "a guest, or an external, deactivated or bot account";
    case "person-unknown":
      return "Slack did not return the account";
    case "not-approver":
      return "not an approver";
    case "membership-unknown":
      return "Slack did not return the groups";
    case "voter-unread":
      return "Slack did not return an earlier approver";
    case "not-admin":
      return "not an admin";
    case "self-approval":
      return "self-approval";
    case "requester-unknown":
      return "requester unknown";
    case "requester-unread":
      return "Slack did not return the requester";
    case "closed":
    case "decided":
      return "already decided";
    case "already-voted":
      return "already voted";
    case "replaced":
      return "a later click of the same person replaced it";
    case "nothing-to-withdraw":
      return "no approval to withdraw";
    case "cannot-stop":
      return "Countersign may not stop executions";
    case "reason-missing":
      return "reason missing";
    case "not-typed":
      return "runbook name not typed";
    default:
      throw new Error(`no label for ${kind satisfies never}`);
  }
}
