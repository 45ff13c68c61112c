import { checkRunbook } from "../engine/check/check-runbook.ts";
import { parseRunbook, type Runbook } from "../engine/runbook.ts";
import { AwsError } from "../protocol/aws-error.ts";
import type { AutomationDocument, DocumentVersion } from "../resources.ts";
import { describeDocument } from "./document-views.ts";
import { isReservedName } from "./documents.ts";
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
  if (isReservedName(Name)) {
    throw new AwsError("ValidationException", `Document names can't begin with aws, amazon or amzn: ${Name}.`);
  }
  if (documents.has(Name))
    throw new AwsError("DocumentAlreadyExists", `Document with the same name ${Name} already exists`);
  if (DocumentType !== "Automation") {
    const text = `The Countersign sandbox only supports documents of type Automation (schemaVersion 0.3); got ${DocumentType}.`;
    throw new AwsError("InvalidDocumentSchemaVersion", text);
  }
  const version = newVersion(input, "1", DocumentFormat, deps.timers.now());
  const document: AutomationDocument = {
    name: Name,
    owner: caller.account,
    ...(input.DisplayName === undefined ? {} : { displayName: input.DisplayName }),
    ...(input.TargetType === undefined ? {} : { targetType: input.TargetType }),
    tags: input.Tags ?? [],
    versions: [version],
    defaultVersion: "1",
    lastNumber: 1,
  };
  documents.set(Name, document);
  return { DocumentDescription: describeDocument(document, version, "Creating") };
};

/** Checks the content of a request and makes a version of it. */
export function newVersion(
  input: Pick<Input, "Content" | "VersionName" | "Attachments" | "Requires">,
  version: string,
  format: string,
  createdAt: number,
): DocumentVersion {
  if (Buffer.byteLength(input.Content) > MAX_DOCUMENT_BYTES) {
    throw new AwsError("MaxDocumentSizeExceeded", "The size limit of a document is 64 KB.");
  }
  if (input.Attachments?.length || input.Requires?.length) {
    const text = "The Countersign sandbox does not support Attachments and Requires.";
    throw new AwsError("InvalidDocumentContent", text);
  }
  return {
    version,
    ...(input.VersionName === undefined ? {} : { versionName: input.VersionName }),
    content: input.Content,
    format: format === "YAML" ? "YAML" : "JSON",
    runbook: validateContent(input.Content, format),
    createdAt,
  };
}

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
