import { bindParameters, type ParameterValues } from "../engine/bind-parameters.ts";
import type { Runbook } from "../engine/runbook.ts";
import { findPartition } from "../engine/system-variables.ts";
import { AwsError } from "../protocol/aws-error.ts";
import type { AutomationDocument, DocumentVersion, Resources } from "../resources.ts";

/**
 * A document by its name or its ARN, `arn:aws:ssm:REGION:ACCOUNT:document/NAME`. That of another account or Region is not
 * found: nothing is shared here.
 */
export function findDocument(resources: Resources, nameOrArn: string): AutomationDocument | undefined {
  const { account, region } = resources.location;
  const [owner = "", name = ""] = nameOrArn.split(/:(?:document|automation-definition)\//);
  if (!nameOrArn.startsWith("arn:")) return resources.documents.get(nameOrArn);
  return owner === `arn:${findPartition(region)}:ssm:${region}:${account}` ? resources.documents.get(name) : undefined;
}

/** A version by `$LATEST`, `$DEFAULT` or number; the default version when nothing is asked. */
export function findVersion(document: AutomationDocument, version = "$DEFAULT"): DocumentVersion | undefined {
  if (version.startsWith("$")) return document.versions.at(-1);
  return document.versions.find((each) => each.version === version);
}

/** What an execution of a document is started with. */
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
