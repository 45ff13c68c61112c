import { readFileSync } from "node:fs";
import { parseDocument, type ScalarTag, type YAMLMap, type YAMLSeq } from "yaml";
import type { Json } from "./http-json.ts";

export interface Template {
  Parameters: Record<string, { Type: string; Default?: string; AllowedValues?: string[]; AllowedPattern?: string }>;
  Conditions: Record<string, unknown>;
  Resources: Record<string, { Type: string; Condition?: string; Properties: Json }>;
  Outputs: Record<string, { Value: unknown; Condition?: string }>;
}

export interface Stack {
  /** The resources that the conditions create, with every function resolved. */
  resources: Record<string, { type: string; properties: Json }>;
  outputs: Record<string, unknown>;
  /** Attributes of resources that the template reads: `Type.Attribute`. */
  attributes: Set<string>;
  /** Parameters, conditions and resources that were read. */
  read: Set<string>;
}

/** The short forms of functions: a tag of YAML for each kind of node. Source: CloudFormation User Guide, "Intrinsic functions". */
const SHORT_FORMS = ["Ref", "Condition", "Sub", "GetAtt", "If", "Not", "Equals", "Or", "And", "Join"];
const toLongForm = (name: string) => (name === "Ref" || name === "Condition" ? name : `Fn::${name}`);

const customTags = SHORT_FORMS.flatMap((name) => [
  { tag: `!${name}`, resolve: (text: string) => ({ [toLongForm(name)]: text }) } satisfies Partial<ScalarTag>,
  {
    tag: `!${name}`,
    collection: "seq" as const,
    resolve: (node: YAMLMap.Parsed | YAMLSeq.Parsed) => {
      const list = node.toJS(parseDocument(""));
      return { [toLongForm(name)]: list } as never;
    },
  },
]);

/** Parses a template with the short forms of functions. Throws if it is not valid YAML. */
export function readTemplate(path: string): Template {
  const document = parseDocument(readFileSync(path, "utf8"), { customTags: customTags as never });
  if (document.errors.length + document.warnings.length > 0)
    throw new Error(`${path}: ${[...document.errors, ...document.warnings].join("\n")}`);
  return document.toJS();
}

const PSEUDO: Record<string, string> = {
  "AWS::AccountId": "111122223333",
  "AWS::Partition": "aws",
  "AWS::Region": "us-east-1",
};
const NO_VALUE = Symbol("AWS::NoValue");

/** Resolves a template as CloudFormation does. Throws for an unknown name and for a function that is not used so far. */
export function resolveTemplate(template: Template, given: Record<string, string>, accountId = "111122223333"): Stack {
  const read = new Set<string>();
  const attributes = new Set<string>();
  const parameters: Record<string, string | string[]> = {};
  for (const [name, { Type, Default, AllowedValues, AllowedPattern }] of Object.entries(template.Parameters)) {
    const value = given[name] ?? Default;
    if (value === undefined) throw new Error(`the parameter ${name} has no value`);
    if (AllowedValues?.includes(value) === false) throw new Error(`${name}: ${value} is not allowed`);
    if (AllowedPattern !== undefined && !new RegExp(AllowedPattern).test(value)) throw new Error(`${name}: ${value}`);
    parameters[name] = Type === "CommaDelimitedList" ? value.split(",") : value;
  }

  const conditionHolds = (name: string): boolean => {
    read.add(name);
    if (!(name in template.Conditions)) throw new Error(`no condition ${name}`);
    return resolve(template.Conditions[name]) === true;
  };
  const isCreated = ({ Condition }: { Condition?: string }) => Condition === undefined || conditionHolds(Condition);
  const resource = (name: string) => {
    read.add(name);
    const found = template.Resources[name];
    if (found === undefined) throw new Error(`no resource ${name}`);
    if (!isCreated(found)) throw new Error(`${name} is not created, but something refers to it`);
    return found;
  };

  const ref = (name: string): unknown => {
    if (name === "AWS::NoValue") return NO_VALUE;
    if (name === "AWS::AccountId") return accountId;
    if (name in PSEUDO) return PSEUDO[name];
    if (name in parameters) {
      read.add(name);
      return parameters[name];
    }
    return nameOf(name, resource(name).Type);
  };
  const nameOf = (name: string, type: string) =>
    type === "AWS::SQS::Queue" ? `https://sqs.us-east-1.amazonaws.com/${accountId}/${name}` : physicalName(name);
  const physicalName = (name: string): string => {
    const { Properties = {} } = resource(name);
    return String(resolve(Properties.RoleName ?? Properties.QueueName ?? Properties.Name ?? name));
  };
  const attribute = (path: string): string => {
    const [name = "", key = ""] = path.split(".");
    const { Type } = resource(name);
    attributes.add(`${Type}.${key}`);
    if (key !== "Arn") throw new Error(`no value for ${path}`);
    const arn = (service: string, region: string, rest: string) => `arn:aws:${service}:${region}:${accountId}:${rest}`;
    switch (Type) {
      case "AWS::IAM::Role":
        return arn("iam", "", `role/${physicalName(name)}`);
      case "AWS::SQS::Queue":
        return arn("sqs", "us-east-1", physicalName(name));
      case "AWS::Events::EventBus":
        return arn("events", "us-east-1", `event-bus/${physicalName(name)}`);
      case "AWS::Events::Rule":
        return arn("events", "us-east-1", `rule/${name}`);
      default:
        throw new Error(`no ARN for ${Type}`);
    }
  };

  const FUNCTIONS: Record<string, (argument: never) => unknown> = {
    Ref: (name: string) => ref(name),
    Condition: (name: string) => conditionHolds(name),
    "Fn::Sub": (text: string) =>
      text.replace(/\$\{([\w:.]+)\}/g, (_, name: string) => String(name.includes(".") ? attribute(name) : ref(name))),
    "Fn::GetAtt": (path: string) => attribute(path),
    "Fn::If": ([name, yes, no]: [string, unknown, unknown]) => resolve(conditionHolds(name) ? yes : no),
    "Fn::Not": ([condition]: [unknown]) => !resolve(condition),
    "Fn::Or": (all: unknown[]) => all.map(resolve).includes(true),
    "Fn::Equals": ([one, other]: [unknown, unknown]) => resolve(one) === resolve(other),
    "Fn::Join": ([by, list]: [string, unknown]) => (resolve(list) as string[]).join(by),
  };

  function resolve(node: unknown): unknown {
    if (Array.isArray(node)) return node.map(resolve).filter((each) => each !== NO_VALUE);
    if (typeof node !== "object" || node === null) return node;
    const [entry, ...more] = Object.entries(node);
    // A policy has a member Condition too: an object, not a name.
    if (entry !== undefined && more.length === 0 && (entry[0] !== "Condition" || typeof entry[1] === "string")) {
      const call = FUNCTIONS[entry[0]];
      if (call !== undefined) return call(entry[1] as never);
      if (entry[0].startsWith("Fn::")) throw new Error(`unknown function ${entry[0]}`);
    }
    const members = Object.entries(node).map(([key, value]) => [key, resolve(value)]);
    return Object.fromEntries(members.filter(([, value]) => value !== NO_VALUE));
  }

  const resources = Object.entries(template.Resources)
    .filter(([, each]) => isCreated(each))
    .map(([name, { Type, Properties }]) => [name, { type: Type, properties: resolve(Properties) }]);
  const outputs = Object.entries(template.Outputs)
    .filter(([, each]) => isCreated(each))
    .map(([name, { Value }]) => [name, resolve(Value)]);
  return { resources: Object.fromEntries(resources), outputs: Object.fromEntries(outputs), attributes, read };
}
