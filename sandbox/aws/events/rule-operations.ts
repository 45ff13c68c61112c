import type { Caller } from "../identity/authenticate.ts";
import { AwsError } from "../protocol/aws-error.ts";
import { matchesPattern, parsePattern } from "./event-pattern.ts";
import { DEFAULT_BUS, type RuleStore, toRuleArn } from "./rule-store.ts";

export interface RuleDeps {
  rules: RuleStore;
}

/** Runs an operation on rules, on validated input. */
export type RuleOperation<Input> = (deps: RuleDeps, caller: Caller, input: Input) => object;

interface Page {
  Limit?: number;
  NextToken?: string;
}

const MAX_PAGE = 100;

const toBusArn = ({ region, account }: Caller, name: string) => `arn:aws:events:${region}:${account}:event-bus/${name}`;

/** Returns the name of an existing bus of the caller's account and Region. Throws ResourceNotFoundException. */
function findBus({ rules }: RuleDeps, caller: Caller, nameOrArn = DEFAULT_BUS): string {
  const own = toBusArn(caller, "");
  const name = nameOrArn.startsWith(own) ? nameOrArn.slice(own.length) : nameOrArn;
  if (rules.buses(caller).includes(name)) return name;
  throw new AwsError("ResourceNotFoundException", `Event bus ${name} does not exist.`);
}

/** Cuts a page. A token is the position of the next page. */
function paginate<Item>(items: Item[], { Limit = MAX_PAGE, NextToken }: Page): { items: Item[]; NextToken?: string } {
  const start = NextToken === undefined ? 0 : Number(Buffer.from(NextToken, "base64url").toString());
  if (!Number.isInteger(start) || start < 0 || start > items.length)
    throw new AwsError("ValidationException", "Parameter NextToken is not valid.");
  const end = start + Limit;
  const token = Buffer.from(String(end)).toString("base64url");
  return { items: items.slice(start, end), ...(end < items.length ? { NextToken: token } : {}) };
}

export const describeEventBus: RuleOperation<{ Name?: string }> = (deps, caller, { Name }) => {
  const name = findBus(deps, caller, Name);
  return { Name: name, Arn: toBusArn(caller, name) };
};

export const listEventBuses: RuleOperation<Page & { NamePrefix?: string }> = ({ rules }, caller, input) => {
  const names = rules.buses(caller).filter((name) => name.startsWith(input.NamePrefix ?? ""));
  const { items, ...more } = paginate(names.toSorted(), input);
  return { EventBuses: items.map((name) => ({ Name: name, Arn: toBusArn(caller, name) })), ...more };
};

export const listRules: RuleOperation<Page & { NamePrefix?: string; EventBusName?: string }> = (
  deps,
  caller,
  input,
) => {
  const found = deps.rules.at(caller, findBus(deps, caller, input.EventBusName));
  const { items, ...more } = paginate(
    found.filter(({ name }) => name.startsWith(input.NamePrefix ?? "")),
    input,
  );
  return {
    Rules: items.map((rule) => ({
      ...{ Name: rule.name, Arn: toRuleArn(rule), State: rule.state, EventBusName: rule.bus },
      EventPattern: JSON.stringify(rule.pattern),
    })),
    ...more,
  };
};

export const listRuleNamesByTarget: RuleOperation<Page & { TargetArn: string; EventBusName?: string }> = (
  deps,
  caller,
  input,
) => {
  const found = deps.rules.at(caller, findBus(deps, caller, input.EventBusName));
  const { items, ...more } = paginate(
    found.filter(({ targets }) => targets.includes(input.TargetArn)),
    input,
  );
  return { RuleNames: items.map(({ name }) => name), ...more };
};

/** The fields that an event must have. Source: EventBridge API reference, TestEventPattern. */
const REQUIRED = ["id", "account", "source", "time", "region", "resources", "detail-type"];

export const testEventPattern: RuleOperation<{ EventPattern: string; Event: string }> = (_, __, input) => {
  const pattern = parsePattern(input.EventPattern);
  const event = parseEvent(input.Event);
  const missing = REQUIRED.filter((field) => event[field] === undefined);
  if (missing.length > 0) throw invalidEvent(`${missing.join(", ")} must be present.`);
  return { Result: matchesPattern(pattern, event) };
};

function parseEvent(text: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return { ...parsed };
  } catch {
    // The error below.
  }
  throw invalidEvent("The event is not a JSON object.");
}

const invalidEvent = (reason: string) =>
  new AwsError("ValidationException", `Parameter Event is not valid. Reason: ${reason}`);
