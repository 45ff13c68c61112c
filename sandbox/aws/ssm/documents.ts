import { bindParameters, type ParameterValues } from "../engine/bind-parameters.ts";
import type { Runbook } from "../engine/runbook.ts";
import { findPartition } from "../engine/system-variables.ts";
import { AwsError } from "../protocol/aws-error.ts";
import type { AutomationDocument, DocumentVersion, Resources } from "../resources.ts";

/**
 * Finds a document by its name or its ARN, `arn:aws:ssm:REGION:ACCOUNT:document/NAME`. Finds no document of another
 * account or Region, because the stand-in has no document sharing.
 */
export function findDocument(resources: Resources, nameOrArn: string): AutomationDocument | undefined {
  const { account, region } = resources.location;
  const [owner = "", name = ""] = nameOrArn.split(/:(?:document|automation-definition)\//);
  if (!nameOrArn.startsWith("arn:")) return resources.documents.get(nameOrArn);
  return owner === `arn:${findPartition(region)}:ssm:${region}:${account}` ? resources.documents.get(name) : undefined;
}

/** Finds a version by `$LATEST`, `$DEFAULT` or number. The default is `$DEFAULT`. */
export function findVersion(document: AutomationDocument, version = "$DEFAULT"): DocumentVersion | undefined {
  if (version.startsWith("$")) return document.versions.at(-1);
  return document.versions.find((each) => each.version === version);
}

/** A runbook with bound parameters, ready to start. */
export interface ResolvedRunbook {
  document: { name: string; version: string };
  runbook: Runbook;
  parameters: ParameterValues;
}

/** Finds the runbook and binds its parameters, with the errors of StartAutomationExecution. */
export function resolveRunbook(
  resources: Resources,
  nameOrArn: string,
  version: string | undefined,
  parameters: Record<string, string[]>,
): ResolvedRunbook {
  const document = findDocument(resources, nameOrArn);
  if (document === undefined) {
    throw new AwsError("AutomationDefinitionNotFoundException", `Document with name ${nameOrArn} doesn't exist.`);
  }
  const found = findVersion(document, version);
  if (found === undefined) {
    const text = `Document with name ${nameOrArn} and version ${version} doesn't exist.`;
    throw new AwsError("AutomationDefinitionVersionNotFoundException", text);
  }
  const bound = bindParameters(found.runbook, parameters);
  if (!bound.ok) throw new AwsError("InvalidAutomationExecutionParametersException", bound.problem);
  return {
    document: { name: document.name, version: found.version },
    runbook: found.runbook,
    parameters: bound.values,
  };
}
