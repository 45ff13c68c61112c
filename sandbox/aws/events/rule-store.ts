import { z } from "zod";
import type { AccountRegion } from "../engine/execution-state.ts";
import { ACCOUNT } from "../identity/seeded-identities.ts";
import { type EventPattern, parsePattern } from "./event-pattern.ts";
import { MEMBERS_BUS, WAITING_RULES } from "./waiting-rule.ts";

export const DEFAULT_BUS = "default";
/** Where the seeded rules and their queue are. */
const HOME: AccountRegion = { account: ACCOUNT, region: "us-east-1" };

/** A rule with a pattern, as `/_control/rules` takes it. A rule on another bus creates this bus. */
export const ruleSchema = z.strictObject({
  name: z.string().regex(/^[.\-_A-Za-z0-9]{1,64}$/),
  bus: z.string().default(DEFAULT_BUS),
  account: z.string().default(HOME.account),
  region: z.string().default(HOME.region),
  pattern: z.record(z.string(), z.unknown()),
  state: z.enum(["ENABLED", "DISABLED"]).default("ENABLED"),
  /** ARNs. */
  targets: z.array(z.string()),
});

export type Rule = Omit<z.infer<typeof ruleSchema>, "pattern"> & { pattern: EventPattern };

/** Returns the ARN of a rule. Source: EventBridge User Guide, "Actions, resources, and condition keys". */
export const toRuleArn = ({ region, account, bus, name }: Rule) =>
  `arn:aws:events:${region}:${account}:rule/${bus === DEFAULT_BUS ? "" : `${bus}/`}${name}`;

/** The rules of EventBridge. Names are unique within a bus. */
export interface RuleStore {
  /** Adds a rule, or replaces the rule of this name. Throws InvalidEventPatternException. */
  put(rule: z.input<typeof ruleSchema>): void;
  remove(name: string, bus?: string): void;
  all(): Rule[];
  /** The rules on a bus, by name. */
  at(location: AccountRegion, bus: string): Rule[];
  /** The names of the buses of an account and Region: `default`, and those with rules. */
  buses(location: AccountRegion): string[];
  /** Restores the seeded rules. */
  reset(): void;
}

export function makeRuleStore(): RuleStore {
  let rules: Rule[] = [];
  const isAt = (rule: Rule, { account, region }: AccountRegion) => rule.account === account && rule.region === region;
  const remove: RuleStore["remove"] = (name, bus = DEFAULT_BUS) => {
    rules = rules.filter((each) => each.name !== name || each.bus !== bus || !isAt(each, HOME));
  };
  const put: RuleStore["put"] = (input) => {
    const parsed = ruleSchema.parse(input);
    const rule = { ...parsed, pattern: parsePattern(JSON.stringify(parsed.pattern)) };
    const others = rules.filter((each) => each.name !== rule.name || each.bus !== rule.bus || !isAt(each, rule));
    rules = [...others, rule];
  };
  const reset = () => {
    rules = [];
    const targets = [`arn:aws:sqs:${HOME.region}:${HOME.account}:countersign-waiting`];
    for (const [index, pattern] of WAITING_RULES.entries())
      put({ name: ["countersign-status", "countersign-signals"][index] ?? `countersign-${index}`, pattern, targets });
    put({ name: "countersign-members", bus: MEMBERS_BUS, pattern: { source: ["aws.ssm"] }, targets });
  };
  reset();
  return {
    put,
    remove,
    all: () => rules,
    at: (location, bus) =>
      rules
        .filter((each) => each.bus === bus && isAt(each, location))
        .toSorted((one, other) => (one.name < other.name ? -1 : 1)),
    buses: (location) => [
      ...new Set([DEFAULT_BUS, ...rules.filter((each) => isAt(each, location)).map(({ bus }) => bus)]),
    ],
    reset,
  };
}
