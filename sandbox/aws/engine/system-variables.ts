import type { Execution } from "./execution-state.ts";

/** Finds the AWS partition of a Region. Source: "AWS partitions" in the AWS fault isolation whitepaper. */
export function findPartition(region: string): string {
  const partitions: [string, string][] = [
    ["cn-", "aws-cn"],
    ["us-gov-", "aws-us-gov"],
    ["us-iso-", "aws-iso"],
    ["us-isob-", "aws-iso-b"],
    ["us-isof-", "aws-iso-f"],
    ["eu-isoe-", "aws-iso-e"],
    ["eusc-", "aws-eusc"],
  ];
  return partitions.find(([prefix]) => region.startsWith(prefix))?.[1] ?? "aws";
}

/** All system variables. Source: "Automation system variables" in the Systems Manager User Guide. */
const VARIABLES: Record<string, (execution: Execution, moment: string) => string> = {
  "automation:EXECUTION_ID": ({ id }) => id,
  "global:ACCOUNT_ID": ({ location }) => location.account,
  "global:AWS_PARTITION": ({ location }) => findPartition(location.region),
  "global:DATE": (_, moment) => moment.slice(0, 10),
  "global:DATE_TIME": (_, moment) => moment.slice(0, 19).replace("T", "_").replaceAll(":", "."),
  "global:REGION": ({ location }) => location.region,
};

export const isSystemVariable = (name: string): boolean => Object.hasOwn(VARIABLES, name);

/** Returns the value of `global:NAME` or `automation:NAME` in an execution; undefined for an unknown variable. */
export function resolveSystemVariable(execution: Execution, name: string, now: number): string | undefined {
  if (!isSystemVariable(name)) return undefined;
  return VARIABLES[name]?.(execution, new Date(now).toISOString());
}
