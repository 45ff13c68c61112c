import { AMAZON, findAmazonRunbook } from "../amazon-runbooks.ts";
import { bindParameters, type ParameterValues } from "../engine/bind-parameters.ts";
import type { Runbook } from "../engine/runbook.ts";
import { findPartition } from "../engine/system-variables.ts";
import { AwsError } from "../protocol/aws-error.ts";
import type { AutomationDocument, DocumentVersion, Resources } from "../resources.ts";

/**
 * Finds a document by its name or its ARN, `arn:aws:ssm:REGION:ACCOUNT:document/NAME`; a document of Amazon has no account in
 * its ARN. Finds no document of another account or Region, because the stand-in has no document sharing. A document that
 * the seed put in place of one of Amazon's wins: `/_control/seed` can stub any of them.
 */
export function findDocument(resources: Resources, nameOrArn: string): AutomationDocument | undefined {
  const { account, region } = resources.location;
  const [owner = "", name = ""] = nameOrArn.split(/:(?:document|automation-definition)\//);
  const prefix = `arn:${findPartition(region)}:ssm:${region}:`;
  if (!nameOrArn.startsWith("arn:")) return resources.documents.get(nameOrArn) ?? findAmazonRunbook(nameOrArn);
  if (owner === `${prefix}${account}`) return resources.documents.get(name);
  return owner === prefix ? (resources.documents.get(name) ?? findAmazonRunbook(name)) : undefined;
}

/** Finds a version by `$LATEST`, `$DEFAULT` or number. The default is `$DEFAULT`. */
export function findVersion(document: AutomationDocument, version = "$DEFAULT"): DocumentVersion | undefined {
  if (version === "$LATEST") return document.versions.at(-1);
  const number = version === "$DEFAULT" ? document.defaultVersion : version;
  return document.versions.find((each) => each.version === number);
}

/** Finds a document. Throws InvalidDocument if there is none. */
export function getDocumentOrThrow(resources: Resources, nameOrArn: string): AutomationDocument {
  const document = findDocument(resources, nameOrArn);
  if (document !== undefined) return document;
  throw new AwsError("InvalidDocument", `Document with name ${nameOrArn} does not exist.`);
}

/** Finds a version by its name or number; without both, the default version. Throws InvalidDocumentVersion. */
export function getVersionOrThrow(
  document: AutomationDocument,
  { DocumentVersion, VersionName }: { DocumentVersion?: string; VersionName?: string },
): DocumentVersion {
  const version =
    VersionName === undefined
      ? findVersion(document, DocumentVersion)
      : document.versions.find((each) => each.versionName === VersionName);
  if (version !== undefined) return version;
  throw new AwsError("InvalidDocumentVersion", "The document version isn't valid or doesn't exist.");
}

/** Returns whether a name, or the name in an ARN, is reserved for the documents of Amazon. */
export const isReservedName = (nameOrArn: string): boolean =>
  /^(aws|amazon|amzn)/i.test(nameOrArn.slice(nameOrArn.lastIndexOf("/") + 1));

/** The way to run a runbook of Amazon that the sandbox does not simulate. */
const STUB_HINT =
  " The Countersign sandbox simulates only the most used runbooks of Amazon (GET /_control/amazon-runbooks lists them). To stub this one, create it in the sandbox's page or with POST /_control/seed.";

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
  targetParameter?: string,
): ResolvedRunbook {
  const document = findDocument(resources, nameOrArn);
  if (document === undefined) {
    const hint = isReservedName(nameOrArn) ? STUB_HINT : "";
    throw new AwsError(
      "AutomationDefinitionNotFoundException",
      `Document with name ${nameOrArn} doesn't exist.${hint}`,
    );
  }
  const found = findVersion(document, version);
  if (found === undefined) {
    const text = `Document with name ${nameOrArn} and version ${version} doesn't exist.`;
    throw new AwsError("AutomationDefinitionVersionNotFoundException", text);
  }
  const bound = bindParameters(found.runbook, parameters, {
    targetParameter,
    // A simulation defines only the required parameters of the original.
    acceptsOthers: document.owner === AMAZON,
  });
  if (!bound.ok) throw new AwsError("InvalidAutomationExecutionParametersException", bound.problem);
  return {
    document: { name: document.name, version: found.version },
    runbook: found.runbook,
    parameters: bound.values,
  };
}
