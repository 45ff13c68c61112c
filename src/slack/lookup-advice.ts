import type { ChatFailure } from "../app/ports/slack.ts";
import type { LookupAdvice } from "../core/person.ts";
import { TOKEN_ERRORS } from "./slack-failures.ts";

/**
 * Returns what an approver can do about a lookup that Slack refuses until an admin changes something; undefined for any other
 * refusal. Source: Slack API, errors of users.info, usergroups.users.list and conversations.members.
 */
export function findLookupAdvice({ code, error }: Extract<ChatFailure, { kind: "refused" }>): LookupAdvice | undefined {
  if (TOKEN_ERRORS.has(code))
    return { cause: "the app's token is no longer valid", fix: "Ask an admin to install the app again." };
  switch (code) {
    case "plan_upgrade_required":
      return {
        cause: "this workspace's plan has no user groups",
        fix: "Ask an admin to name people under users.",
      };
    case "missing_scope":
    case "no_permission": {
      const scope = /\(needs ([\w:,.]+)\)/.exec(error)?.[1];
      return {
        cause: `the app lacks ${scope === undefined ? "a scope" : `the scope ${scope}`}`,
        fix: "Ask an admin to add it to the app and to install the app again.",
      };
    }
    case "user_not_found":
    case "user_not_visible":
      return {
        cause: "the app cannot see the account",
        fix: "Ask an admin to name someone who is a full member of this workspace.",
      };
    case "ekm_access_denied":
      return {
        cause: "the organization's encryption keys (EKM) are not available to Slack",
        fix: "Ask the administrators of the organization.",
      };
    default:
      return undefined;
  }
}
