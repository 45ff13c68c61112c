import { stringify } from "yaml";
import { parseContent } from "../engine/document-content.ts";
import type { DocumentVersion } from "../resources.ts";
import { getDocumentOrThrow, getVersionOrThrow } from "./documents.ts";
import type { SsmOperation } from "./ssm-operation.ts";

interface Input {
  Name: string;
  DocumentVersion?: string;
  VersionName?: string;
  DocumentFormat?: string;
}

/** Returns a runbook's text in the requested format. As on AWS, the format defaults to JSON. */
export const getDocument: SsmOperation<Input> = (deps, caller, input) => {
  const document = getDocumentOrThrow(deps.resources.at(caller), input.Name);
  const version = getVersionOrThrow(document, input);
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
