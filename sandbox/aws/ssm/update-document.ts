import type { Caller } from "../identity/authenticate.ts";
import { AwsError } from "../protocol/aws-error.ts";
import type { AutomationDocument } from "../resources.ts";
import { newVersion } from "./create-document.ts";
import { describeDocument } from "./document-views.ts";
import { getDocumentOrThrow, getVersionOrThrow } from "./documents.ts";
import type { SsmDeps, SsmOperation } from "./ssm-operation.ts";

interface UpdateInput {
  Content: string;
  Name: string;
  DisplayName?: string;
  VersionName?: string;
  DocumentVersion?: string;
  DocumentFormat?: string;
  TargetType?: string;
  Attachments?: object[];
}

/** The maximum number of versions of a document. Source: "Systems Manager service quotas". */
const MAX_VERSIONS = 1000;

/** Adds a version to a document. The default version stays. As on AWS, only the latest version can be updated. */
export const updateDocument: SsmOperation<UpdateInput> = (deps, caller, input) => {
  const document = getOwnDocument(deps, caller, input.Name);
  const latest = getVersionOrThrow(document, { DocumentVersion: "$LATEST" });
  const updated = getVersionOrThrow(document, { DocumentVersion: input.DocumentVersion ?? "$LATEST" });
  if (updated !== latest) {
    throw new AwsError("InvalidDocumentVersion", "The document version is not valid: only $LATEST can be updated.");
  }
  if (document.versions.some((each) => each.content === input.Content)) {
    throw new AwsError("DuplicateDocumentContent", "The content of the document matches another version of it.");
  }
  if (input.VersionName !== undefined && document.versions.some((each) => each.versionName === input.VersionName)) {
    throw new AwsError("DuplicateDocumentVersionName", "The version name has already been used in this document.");
  }
  if (document.versions.length >= MAX_VERSIONS) {
    throw new AwsError("DocumentVersionLimitExceeded", `A document can have at most ${MAX_VERSIONS} versions.`);
  }
  const number = String(document.lastNumber + 1);
  const version = newVersion(input, number, input.DocumentFormat ?? "JSON", deps.timers.now());
  document.versions.push(version);
  document.lastNumber += 1;
  if (input.DisplayName !== undefined) document.displayName = input.DisplayName;
  if (input.TargetType !== undefined) document.targetType = input.TargetType;
  return { DocumentDescription: describeDocument(document, version, "Updating") };
};

/** Sets the version that $DEFAULT means. */
export const updateDocumentDefaultVersion: SsmOperation<{ Name: string; DocumentVersion: string }> = (
  deps,
  caller,
  input,
) => {
  const document = getOwnDocument(deps, caller, input.Name);
  const { version, versionName } = getVersionOrThrow(document, input);
  document.defaultVersion = version;
  return {
    Description: {
      Name: document.name,
      DefaultVersion: version,
      ...(versionName === undefined ? {} : { DefaultVersionName: versionName }),
    },
  };
};

/** Deletes a document or, with a version, only that version. The default version cannot be deleted alone. */
export const deleteDocument: SsmOperation<{ Name: string; DocumentVersion?: string; VersionName?: string }> = (
  deps,
  caller,
  input,
) => {
  const { documents } = deps.resources.at(caller);
  const document = getOwnDocument(deps, caller, input.Name);
  if (input.DocumentVersion === undefined && input.VersionName === undefined) {
    documents.delete(document.name);
    return {};
  }
  const version = getVersionOrThrow(document, input);
  if (version.version === document.defaultVersion) {
    const text = "You can't delete the default version of a document. Set another default version first.";
    throw new AwsError("InvalidDocumentOperation", text);
  }
  document.versions = document.versions.filter((each) => each !== version);
  return {};
};

/** Finds a document that the caller may change. Throws InvalidDocumentOperation for a document of Amazon. */
function getOwnDocument(deps: SsmDeps, caller: Caller, name: string): AutomationDocument {
  const document = getDocumentOrThrow(deps.resources.at(caller), name);
  if (document.owner === caller.account) return document;
  throw new AwsError(
    "InvalidDocumentOperation",
    `You can't change or delete ${name}: it belongs to ${document.owner}.`,
  );
}
