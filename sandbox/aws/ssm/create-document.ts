import { createHash } from "node:crypto";
import { checkRunbook } from "../engine/check/check-runbook.ts";
import { parseRunbook, type Runbook } from "../engine/runbook.ts";
import { AwsError } from "../protocol/aws-error.ts";
import type { AutomationDocument, DocumentVersion } from "../resources.ts";
import type { SsmOperation } from "./ssm-operation.ts";

interface Input {
  Content: string;
  Name: string;
  DocumentType?: string;
  DocumentFormat?: string;
  DisplayName?: string;
  VersionName?: string;
  TargetType?: string;
  Tags?: { Key: string; Value: string }[];
  Attachments?: object[];
  Requires?: object[];
}

/** The maximum size of a document. Source: "Systems Manager service quotas". */
const MAX_DOCUMENT_BYTES = 64 * 1024;

/** Creates a runbook. As on AWS, the format defaults to JSON and the type to Command. */
export const createDocument: SsmOperation<Input> = (deps, caller, input) => {
  const { documents } = deps.resources.at(caller);
  const { Name, DocumentFormat = "JSON", DocumentType = "Command" } = input;
  if (/^(aws|amazon|amzn)/i.test(Name)) {
    throw new AwsError("ValidationException", `Document names can't begin with aws, amazon or amzn: ${Name}.`);
  }
  if (documents.has(Name))
    throw new AwsError("DocumentAlreadyExists", `Document with the same name ${Name} already exists`);
  if (Buffer.byteLength(input.Content) > MAX_DOCUMENT_BYTES) {
    throw new AwsError("MaxDocumentSizeExceeded", "The size limit of a document is 64 KB.");
  }
  if (DocumentType !== "Automation") {
    const text = `The Countersign sandbox only supports documents of type Automation (schemaVersion 0.3); got ${DocumentType}.`;
    throw new AwsError("InvalidDocumentSchemaVersion", text);
  }
  if (input.Attachments?.length || input.Requires?.length) {
    const text = "The Countersign sandbox does not support Attachments and Requires.";
    throw new AwsError("InvalidDocumentContent", text);
  }
  const runbook = validateContent(input.Content, DocumentFormat);
  const version: DocumentVersion = {
    version: "1",
    ...(input.VersionName === undefined ? {} : { versionName: input.VersionName }),
    content: input.Content,
    format: DocumentFormat === "YAML" ? "YAML" : "JSON",
    runbook,
    createdAt: deps.timers.now(),
  };
  const document: AutomationDocument = {
    name: Name,
    owner: caller.account,
    ...(input.DisplayName === undefined ? {} : { displayName: input.DisplayName }),
    ...(input.TargetType === undefined ? {} : { targetType: input.TargetType }),
    tags: input.Tags ?? [],
    versions: [version],
  };
  documents.set(Name, document);
  return { DocumentDescription: describeDocument(document, version) };
};

/** Parses and checks a document's text. Throws InvalidDocumentContent with all problems. */
export function validateContent(content: string, format: string): Runbook {
  const result = parseRunbook(content, format === "YAML" ? "YAML" : "JSON");
  if (!result.ok) {
    const code = result.kind === "schema-version" ? "InvalidDocumentSchemaVersion" : "InvalidDocumentContent";
    throw new AwsError(code, result.problem);
  }
  const problems = checkRunbook(result.runbook);
  if (problems.length > 0) throw new AwsError("InvalidDocumentContent", problems.join(" "));
  return result.runbook;
}

function describeDocument(document: AutomationDocument, version: DocumentVersion): object {
  const { description, parameters } = version.runbook;
  return {
    Hash: createHash("sha256").update(version.content).digest("hex"),
    HashType: "Sha256",
    Name: document.name,
    ...(document.displayName === undefined ? {} : { DisplayName: document.displayName }),
    ...(version.versionName === undefined ? {} : { VersionName: version.versionName }),
    Owner: document.owner,
    CreatedDate: version.createdAt / 1000,
    Status: "Creating",
    DocumentVersion: version.version,
    ...(description === undefined ? {} : { Description: description }),
    Parameters: Object.entries(parameters).map(([Name, { type, description: Description, default: value }]) => ({
      Name,
      Type: type,
      ...(Description === undefined ? {} : { Description }),
      ...(value === undefined ? {} : { DefaultValue: typeof value === "string" ? value : JSON.stringify(value) }),
    })),
    PlatformTypes: ["Windows", "Linux", "MacOS"],
    DocumentType: "Automation",
    SchemaVersion: "0.3",
    LatestVersion: version.version,
    DefaultVersion: version.version,
    DocumentFormat: version.format,
    ...(document.targetType === undefined ? {} : { TargetType: document.targetType }),
    Tags: document.tags,
  };
}
