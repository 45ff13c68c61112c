import { AwsError } from "../protocol/aws-error.ts";
import type { AutomationDocument } from "../resources.ts";
import { findVersion } from "./documents.ts";
import { type PageRequest, paginate } from "./paginate.ts";
import type { SsmOperation } from "./ssm-operation.ts";

interface Input extends PageRequest {
  Filters?: { Key?: string; Values?: string[] }[];
  DocumentFilterList?: { key: string; value: string }[];
}

/** The platforms that AWS lists for every runbook. */
const PLATFORMS = ["Windows", "Linux", "MacOS"];

/**
 * Lists the account's runbooks in the Region, sorted by name. There are no documents of Amazon or of other accounts.
 */
export const listDocuments: SsmOperation<Input> = (deps, caller, input) => {
  const legacyFilters = (input.DocumentFilterList ?? []).map(({ key, value }) => ({ Key: key, Values: [value] }));
  const filters = [...(input.Filters ?? []), ...legacyFilters].map(({ Key = "", Values = [] }) => ({ Key, Values }));
  const all = [...deps.resources.at(caller).documents.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const chosen = filters.reduce(
    (left, { Key, Values }) => left.filter((each) => matchesFilter(each, Key, Values)),
    all,
  );
  for (const { Key } of filters) matchesFilter(undefined, Key, []);
  const { items, NextToken } = paginate(chosen, input, {
    scope: [caller.account, caller.region, "documents", filters],
    secret: deps.tokenSecret,
    keyOf: (document) => document.name,
  });
  return { DocumentIdentifiers: items.map(toIdentifier), ...(NextToken === undefined ? {} : { NextToken }) };
};

/** Returns whether a document matches a filter. Throws InvalidFilterKey for an unknown key, also without a document. */
function matchesFilter(document: AutomationDocument | undefined, key: string, values: string[]): boolean {
  if (key.startsWith("tag:")) {
    const tag = document?.tags.find(({ Key }) => Key === key.slice("tag:".length));
    return tag !== undefined && values.includes(tag.Value);
  }
  switch (key) {
    case "Name":
      return values.some((value) => document?.name.startsWith(value));
    case "SearchKeyword":
      return values.every((value) => document?.name.toLowerCase().includes(value.toLowerCase()));
    case "Owner":
      return values.some((value) => ["Self", "All", "Private"].includes(value));
    case "DocumentType":
      return values.includes("Automation");
    case "PlatformTypes":
      return values.some((value) => PLATFORMS.includes(value));
    case "TargetType":
      return values.includes(document?.targetType ?? "");
    default:
      throw new AwsError("InvalidFilterKey", `The specified key isn't valid: ${key}.`);
  }
}

function toIdentifier(document: AutomationDocument): object {
  const version = findVersion(document);
  return {
    Name: document.name,
    CreatedDate: (version?.createdAt ?? 0) / 1000,
    ...(document.displayName === undefined ? {} : { DisplayName: document.displayName }),
    Owner: document.owner,
    ...(version?.versionName === undefined ? {} : { VersionName: version.versionName }),
    PlatformTypes: PLATFORMS,
    DocumentVersion: version?.version,
    DocumentType: "Automation",
    SchemaVersion: "0.3",
    DocumentFormat: version?.format,
    ...(document.targetType === undefined ? {} : { TargetType: document.targetType }),
    Tags: document.tags,
  };
}
