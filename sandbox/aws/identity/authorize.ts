import { AwsError } from "../protocol/aws-error.ts";
import type { Caller } from "./authenticate.ts";

/**
 * Throws AccessDeniedException unless the caller's identity policies allow an IAM action. `resource` only appears in
 * the error text: a seeded policy allows an action on every resource or on none. The text is that of AWS's own denials.
 */
export function authorize(caller: Caller, action: string, resource: string): void {
  if (caller.allows.some((pattern) => matches(pattern, action))) return;
  const denial = `User: ${caller.principal.arn} is not authorized to perform: ${action} on resource: ${resource}`;
  throw new AwsError("AccessDeniedException", `${denial} because no identity-based policy allows the ${action} action`);
}

function matches(pattern: string, action: string): boolean {
  const source = pattern
    .split("*")
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join(".*");
  return new RegExp(`^${source}$`, "i").test(action);
}
