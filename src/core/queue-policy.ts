import { parseArn } from "./arn.ts";
import { globMatches } from "./glob.ts";
import { isObject } from "./parse-object.ts";

/** A message that a rule of EventBridge sends to a queue. */
export interface RuleDelivery {
  ruleArn: string;
  queueArn: string;
}

/** Whether the policy of a queue allows a delivery. `unknown`: the policy has an element or a condition that is not evaluated here. */
export type QueueAccess = "allowed" | "refused" | "unknown";

type Maybe = boolean | null;
type Json = Record<string, unknown>;

const SERVICE = "events.amazonaws.com";
const ACTION = "sqs:sendmessage";

/**
 * Evaluates the policy of a queue, in JSON, for a rule of EventBridge; null is a queue without a policy. Only this policy can
 * allow the delivery, because a service has no identity policy. Source: IAM User Guide, "Policy evaluation logic".
 */
export function evaluateQueuePolicy(policy: string | null, delivery: RuleDelivery): QueueAccess {
  const statements = policy === null ? [] : parseStatements(policy);
  if (statements === null) return "unknown";
  const applying = (effect: string) =>
    statements.filter(({ Effect }) => Effect === effect).map((statement) => applies(statement, delivery));
  const [denies, allows] = [applying("Deny"), applying("Allow")];
  if (denies.includes(true)) return "refused";
  if (denies.includes(null)) return "unknown";
  if (allows.includes(true)) return "allowed";
  return allows.includes(null) ? "unknown" : "refused";
}

function parseStatements(policy: string): Json[] | null {
  try {
    const parsed: unknown = JSON.parse(policy);
    return isObject(parsed) ? list(parsed.Statement).filter(isObject) : null;
  } catch {
    return null;
  }
}

function applies(statement: Json, delivery: RuleDelivery): Maybe {
  const { Principal, Action, Resource, Condition = {} } = statement;
  const isNegated = ["NotPrincipal", "NotAction", "NotResource"].some((element) => element in statement);
  const principals = isObject(Principal) ? [...list(Principal.Service), ...list(Principal.AWS)] : list(Principal);
  return all([
    isNegated ? null : true,
    principals.some((each) => each === "*" || each === SERVICE) || isNegated,
    texts(Action).some((each) => globMatches(each.toLowerCase(), ACTION)) || isNegated,
    texts(Resource).some((each) => arnMatches(each, delivery.queueArn)) || isNegated,
    isObject(Condition) ? all(Object.entries(Condition).map((test) => holds(test, delivery))) : null,
  ]);
}

/** One operator of a condition with its keys. A key that an event of a rule does not have is not evaluated. */
function holds([operator, keys]: [string, unknown], { ruleArn, queueArn }: RuleDelivery): Maybe {
  const matches = OPERATORS[operator.replace(/IfExists$/, "")];
  if (matches === undefined || !isObject(keys)) return null;
  const context: Record<string, string | undefined> = {
    "aws:sourcearn": ruleArn,
    "aws:sourceaccount": parseArn(queueArn)?.account,
    "aws:securetransport": "true",
    "aws:principalisawsservice": "true",
  };
  return all(
    Object.entries(keys).map(([key, expected]) => {
      const value = context[key.toLowerCase()];
      return value === undefined ? null : texts(expected).some((each) => matches(each, value));
    }),
  );
}

const OPERATORS: Record<string, (expected: string, value: string) => boolean> = {
  ArnEquals: arnMatches,
  ArnLike: arnMatches,
  StringEquals: (expected, value) => expected === value,
  StringLike: globMatches,
  Bool: (expected, value) => expected.toLowerCase() === value,
};

/** Compares each of the six parts of an ARN. A wildcard matches within its part. Only "*" matches a value that is no ARN. */
function arnMatches(pattern: string, arn: string): boolean {
  if (pattern === "*") return true;
  const split = (text: string) => /^([^:]*):([^:]*):([^:]*):([^:]*):([^:]*):(.*)$/s.exec(text)?.slice(1) ?? [];
  const [patterns, parts] = [split(pattern), split(arn)];
  return (
    patterns.length > 0 &&
    patterns.every((each, index) => parts[index] !== undefined && globMatches(each, parts[index]))
  );
}

/** Whether all hold: no if one does not, unknown if one is unknown. */
function all(results: readonly Maybe[]): Maybe {
  if (results.includes(false)) return false;
  return results.includes(null) ? null : true;
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);
const texts = (value: unknown): string[] => list(value).map(String);
