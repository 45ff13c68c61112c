import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { readTemplate, resolveTemplate } from "./cloudformation.ts";
import { BOT_ACCOUNT, type DEPLOYMENTS } from "./deployments.ts";
import { actionsOf, type Policy } from "./iam.ts";

export const TAG = "aws:ResourceTag/Countersign";

/** A role: its policies, and its trust policy if the tests know it. */
export interface Role {
  arn: string;
  policies: Policy[];
  trust?: Policy;
}
/** Who does what in a deployment. `account` is the one whose executions are read and decided. */
export interface Deployment {
  account: string;
  bot: Role;
  reader: Role;
  signer: Role;
  onlyTagged: boolean;
  /** Whether the bot publishes audit events. */
  publishes: boolean;
  /** Whether people may stop an execution. */
  stops: boolean;
}

export const accountOf = ({ arn }: Role) => arn.split(":")[4] ?? "";
export const session = (role: Role) => `arn:aws:sts::${accountOf(role)}:assumed-role/${role.arn.split("/")[1]}/session`;

/** Reads every policy in the documentation. */
export function documentedPolicies(): Policy[] {
  const pages = ["README.md", ...globSync("{docs,deploy}/**/*.md")].map((path) => readFileSync(path, "utf8"));
  return pages
    .flatMap((text) => [...text.matchAll(/^```json\n(.*?)^```$/gms)])
    .map(([, text = ""]) => JSON.parse(text))
    .filter((json): json is Policy => "Statement" in json);
}

/** The policies in the documentation: those with the tag are the variant for tagged executions. */
export function documented(onlyTagged: boolean): Deployment {
  const policies = documentedPolicies();
  const has = (part: string) => (policy: Policy) => JSON.stringify(policy).includes(part);
  const identity = policies.filter((policy) => !has('"Principal"')(policy));
  const arn = `arn:aws:iam::${BOT_ACCOUNT}:role/Countersign`;
  const tagged = identity.filter(has(TAG));
  const reads = identity.filter((policy) => has("ssm:")(policy) && !has(TAG)(policy));
  const others = identity.filter((policy) => !has("ssm:")(policy));
  assert.ok(tagged.length > 0, "no policy for tagged executions is documented");
  const bot = { arn, policies: [...others, ...(onlyTagged ? tagged : reads)] };
  return { account: BOT_ACCOUNT, bot, reader: bot, signer: bot, onlyTagged, publishes: true, stops: !onlyTagged };
}

/** The roles that the stacks of a deployment create. */
export function deployed(stacks: (typeof DEPLOYMENTS)[string]): Deployment {
  const resolved = stacks.map(({ path, parameters, account }) => ({
    resources: resolveTemplate(readTemplate(path), parameters, account).resources,
    account,
    onlyTagged: parameters.OnlyTagged === "yes",
  }));
  const role = (name: string): Role | undefined => {
    for (const { resources, account } of resolved) {
      const found = Object.values(resources).find(
        ({ type, properties }) => type === "AWS::IAM::Role" && properties.RoleName === name,
      );
      if (found === undefined) continue;
      const attached = Object.values(resources).filter(
        ({ type, properties }) => type === "AWS::IAM::RolePolicy" && properties.RoleName === name,
      );
      const inline = (found.properties.Policies ?? []).map((each: { PolicyDocument: Policy }) => each.PolicyDocument);
      return {
        arn: `arn:aws:iam::${account}:role/${name}`,
        trust: found.properties.AssumeRolePolicyDocument,
        policies: [...inline, ...attached.map(({ properties }) => properties.PolicyDocument)],
      };
    }
    return undefined;
  };
  const bot = role("Countersign") ?? assert.fail("no role of the bot");
  const account = stacks.at(-1)?.account ?? BOT_ACCOUNT;
  return {
    account,
    bot,
    reader: role("CountersignReader") ?? bot,
    signer: role("CountersignApprover") ?? bot,
    onlyTagged: resolved.some(({ onlyTagged }) => onlyTagged),
    stops: stacks.some(({ parameters }) => parameters.AllowStop === "yes"),
    publishes: stacks[0]?.parameters.AuditBusName !== "",
  };
}

/** The documented policies of resources: the approver role, the queue of events and the bus of other accounts. */
export function documentedResources(): Record<"approver" | "queue" | "bus", Policy> {
  const allowing = (action: string) =>
    documentedPolicies().find(({ Statement }) =>
      Statement.some((each) => each.Principal !== undefined && actionsOf(each).includes(action)),
    ) ?? assert.fail(`no policy of a resource that allows ${action} is documented`);
  return {
    approver: allowing("sts:AssumeRole"),
    queue: allowing("sqs:SendMessage"),
    bus: allowing("events:PutEvents"),
  };
}

/** The approver role of the documentation, with its trust policy. */
export function documentedApprover(): Role {
  const { approver: trust } = documentedResources();
  return { arn: `arn:aws:iam::${BOT_ACCOUNT}:role/CountersignApprover`, policies: [], trust };
}

/** An account that has nothing to do with the bot. */
export const FOREIGN_ACCOUNT = "999988887777";

/** The policy of a resource that shares one action with everybody: only the caller's own policies can deny it. */
export const sharing = (action: string): Policy => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: "*" }, Action: action, Resource: "*" }],
});
