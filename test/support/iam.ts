import { globSync, readFileSync } from "node:fs";
import { runSimulation } from "@cloud-copilot/iam-simulate";

export interface Statement {
  Sid?: string;
  Effect: "Allow" | "Deny";
  Principal?: unknown;
  Action: string | string[];
  Resource?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}
export interface Policy {
  Version: string;
  Statement: Statement[];
}

export interface IamRequest {
  /** ARN of the caller, or a service. */
  principal: string;
  action: string;
  resource: string;
  /** Account of the resource. */
  account: string;
  context?: Record<string, string | string[]>;
  identityPolicies: readonly Policy[];
  resourcePolicy?: Policy;
}

/** Tells whether IAM allows a request. Throws if a policy or the request is not valid. */
export async function isAllowed(request: IamRequest): Promise<boolean> {
  const { principal, action, resource, account, context = {}, identityPolicies, resourcePolicy } = request;
  const result = await runSimulation(
    {
      request: { principal, action, resource: { resource, accountId: account }, contextVariables: context },
      identityPolicies: identityPolicies.map((policy, i) => ({ name: `policy ${i + 1}`, policy })),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(resourcePolicy === undefined ? {} : { resourcePolicy }),
    },
    {},
  );
  if (result.resultType === "error") throw new Error(`${action}: ${JSON.stringify(result.errors)}`);
  return result.overallResult === "Allowed";
}

export const actionsOf = ({ Action }: Statement): string[] => [Action].flat();

/** Service of the SDK to its prefix in IAM. */
const PREFIX: Record<string, string> = { ssm: "ssm", eventbridge: "events", sqs: "sqs", sts: "sts" };
const IMPORT = /import \{([^}]*)\} from "@aws-sdk\/client-([\w-]+)"/g;

/** Calls of `countersign verify-aws`, which runs with the permissions of the person who starts it. */
const NOT_OF_THE_BOT = /^src\/aws\/verify\//;

/** Lists the actions of all commands of the SDK that the bot imports: `ssm:GetAutomationExecution`. */
export function calledActions(): string[] {
  const sources = globSync("src/**/*.ts").filter((path) => !NOT_OF_THE_BOT.test(path));
  const called = sources.flatMap((path) =>
    [...readFileSync(path, "utf8").matchAll(IMPORT)].flatMap(([, names = "", service = ""]) =>
      [...names.matchAll(/\b(\w+)Command\b/g)].map(([, operation = ""]) => {
        const prefix = PREFIX[service];
        if (prefix === undefined)
          throw new Error(`${path} imports a client whose prefix in IAM this file does not know`);
        // IAM has no actions of their own for batches of SQS.
        return `${prefix}:${prefix === "sqs" ? operation.replace(/Batch$/, "") : operation}`;
      }),
    ),
  );
  return [...new Set(called)].sort();
}
