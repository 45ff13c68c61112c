import { describeDocument, versionView } from "./document-views.ts";
import { getDocumentOrThrow, getVersionOrThrow } from "./documents.ts";
import { type PageRequest, paginate } from "./paginate.ts";
import type { SsmOperation } from "./ssm-operation.ts";

/** Describes a version of a document: by version, by version name, or the default version. */
export const describeDocumentOperation: SsmOperation<{
  Name: string;
  DocumentVersion?: string;
  VersionName?: string;
}> = (deps, caller, input) => {
  const document = getDocumentOrThrow(deps.resources.at(caller), input.Name);
  return { Document: describeDocument(document, getVersionOrThrow(document, input), "Active") };
};

/** Lists the versions of a document, newest first. */
export const listDocumentVersions: SsmOperation<PageRequest & { Name: string }> = (deps, caller, input) => {
  const document = getDocumentOrThrow(deps.resources.at(caller), input.Name);
  const { items, NextToken } = paginate(document.versions.toReversed(), input, {
    scope: [caller.account, caller.region, "versions", document.name],
    secret: deps.tokenSecret,
    keyOf: ({ version }) => version,
  });
  return {
    DocumentVersions: items.map((version) => versionView(document, version)),
    ...(NextToken === undefined ? {} : { NextToken }),
  };
};
