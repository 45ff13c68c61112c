import { stringify } from "yaml";
import { parseContent } from "../engine/document-content.ts";
import { AwsError } from "../protocol/aws-error.ts";
import type { DocumentVersion } from "../resources.ts";
import { findDocument, findVersion } from "./documents.ts";
import type { SsmOperation } from "./ssm-operation.ts";

interface Input {
  Name: string;
  DocumentVersion?: string;
  VersionName?: string;
  DocumentFormat?: string;
}

/** Returns a runbook's text in the requested format. As on AWS, the format defaults to JSON. */
export const getDocument: SsmOperation<Input> = (deps, caller, input) => {
  const document = findDocument(deps.resources.at(caller), input.Name);
  if (document === undefined) {
    throw new AwsError("InvalidDocument", `Document with name ${input.Name} does not exist.`);
  }
  const named = input.VersionName;
  const version =
    named === undefined
      ? findVersion(document, input.DocumentVersion)
      : document.versions.find((each) => each.versionName === named);
  if (version === undefined) {
    throw new AwsError("InvalidDocumentVersion", "The document version isn't valid or doesn't exist.");
  }
  const format = input.DocumentFormat ?? "JSON";
  return {
    Name: document.name,
    CreatedDate: version.createdAt / 1000,
    ...(document.displayName === undefined ? {} : { DisplayName: document.displayName }),
    ...(version.versionName === undefined ? {} : { VersionName: version.versionName }),
    DocumentVersion: version.version,
    Status: "Active",
    Content: formatContent(version, format),
    DocumentType: "Automation",
    DocumentFormat: format,
  };
};

function formatContent(version: DocumentVersion, format: string): string {
  if (version.format === format || format === "TEXT") return version.content;
  const parsed = parseContent(version.content, version.format);
  if (!parsed.ok) throw new Error(`A stored document cannot be parsed: ${parsed.problem}`);
  return format === "YAML" ? stringify(parsed.raw) : JSON.stringify(parsed.raw, null, 2);
}
