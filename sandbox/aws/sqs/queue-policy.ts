import { z } from "zod";

const textsSchema = z.union([z.string(), z.array(z.string()).min(1)]);
const statementSchema = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(["Allow", "Deny"]),
  Principal: z.strictObject({ Service: textsSchema }),
  Action: textsSchema,
  Resource: textsSchema,
  Condition: z
    .partialRecord(z.enum(["ArnLike", "ArnEquals"]), z.strictObject({ "aws:SourceArn": textsSchema }))
    .optional(),
});
const policySchema = z.strictObject({ Version: z.literal("2012-10-17"), Statement: z.array(statementSchema).min(1) });

/** A policy of a queue. The stand-in takes only elements that it evaluates: statements about services and their source. */
export type QueuePolicy = z.infer<typeof policySchema>;

/** Parses a policy. Throws for an element that the stand-in does not evaluate. */
export const parseQueuePolicy = (policy: unknown): QueuePolicy => policySchema.parse(policy);

/** Tells whether a rule of EventBridge may send to the queue. Source: IAM User Guide, "Policy evaluation logic". */
export function allowsRule(policy: QueuePolicy | undefined, delivery: { ruleArn: string; queueArn: string }): boolean {
  const applying = (policy?.Statement ?? []).filter((statement) => applies(statement, delivery));
  return applying.length > 0 && applying.every(({ Effect }) => Effect === "Allow");
}

function applies(
  { Principal, Action, Resource, Condition = {} }: QueuePolicy["Statement"][number],
  { ruleArn, queueArn }: { ruleArn: string; queueArn: string },
): boolean {
  return (
    [Principal.Service].flat().includes("events.amazonaws.com") &&
    [Action].flat().some((each) => each === "*" || matches(each.toLowerCase(), "sqs:sendmessage")) &&
    [Resource].flat().some((each) => each === "*" || matches(each, queueArn)) &&
    Object.values(Condition).every((keys) =>
      [keys?.["aws:SourceArn"] ?? []].flat().some((each) => matches(each, ruleArn)),
    )
  );
}

/** Compares part by part, as IAM compares ARNs: a wildcard does not match a colon. */
function matches(pattern: string, text: string): boolean {
  const escaped = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", "[^:]*")
    .replaceAll("?", "[^:]");
  return new RegExp(`^${escaped}$`).test(text);
}
