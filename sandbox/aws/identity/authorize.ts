import { AwsError } from "../protocol/aws-error.ts";
import type { Caller } from "./authenticate.ts";

/**
 * Holds an IAM action against what the caller's identity policies allow. `resource` is only named in the refusal: the
 * seeded policies allow an action on every resource or not at all. The text is that of real denials.
 */
export function authorize(caller: Caller, action: string, resource: string): void {
  if (caller.allows.some((pattern) => matches(pattern, action))) return;
  const who = `User: ${caller.principal.arn} is not authorized to perform: ${action} on resource: ${resource}`;
  throw new AwsError("AccessDeniedException", `${who} because no identity-based policy allows the ${action} action`);
}

function matches(pattern: string, action: string): boolean {
  const source = pattern
    .split("*")
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join(".*");
  return new RegExp(`^${source}$`, "i").test(action);
}
