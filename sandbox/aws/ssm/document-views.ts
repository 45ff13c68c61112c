import { createHash } from "node:crypto";
import type { AutomationDocument, DocumentVersion } from "../resources.ts";

/** Describes a version of a document in the form of CreateDocument, UpdateDocument and DescribeDocument. */
export function describeDocument(
  document: AutomationDocument,
  version: DocumentVersion,
  status: "Creating" | "Updating" | "Active",
): object {
  const { description, parameters } = version.runbook;
  return {
    Hash: createHash("sha256").update(version.content).digest("hex"),
    HashType: "Sha256",
    Name: document.name,
    ...(document.displayName === undefined ? {} : { DisplayName: document.displayName }),
    ...(version.versionName === undefined ? {} : { VersionName: version.versionName }),
    Owner: document.owner,
    CreatedDate: version.createdAt / 1000,
    Status: status,
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
    LatestVersion: document.versions.at(-1)?.version,
    DefaultVersion: document.defaultVersion,
    DocumentFormat: version.format,
    ...(document.targetType === undefined ? {} : { TargetType: document.targetType }),
    Tags: document.tags,
  };
}

/** Describes a version in the form of ListDocumentVersions. */
export function versionView(document: AutomationDocument, version: DocumentVersion): object {
  return {
    Name: document.name,
    ...(document.displayName === undefined ? {} : { DisplayName: document.displayName }),
    DocumentVersion: version.version,
    ...(version.versionName === undefined ? {} : { VersionName: version.versionName }),
    CreatedDate: version.createdAt / 1000,
    IsDefaultVersion: version.version === document.defaultVersion,
    DocumentFormat: version.format,
    Status: "Active",
  };
}
