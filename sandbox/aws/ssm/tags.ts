import { AwsError } from "../protocol/aws-error.ts";
import { findDocument } from "./documents.ts";
import type { SsmDeps, SsmOperation } from "./ssm-operation.ts";

interface Resource {
  ResourceType: string;
  ResourceId: string;
}

interface Tag {
  Key: string;
  Value: string;
}

/** The maximum number of tags of a resource. Source: AddTagsToResource in the API reference. */
const MAX_TAGS = 50;

/** Lists the tags of an automation execution or of a document. */
export const listTagsForResource: SsmOperation<Resource> = (deps, caller, input) => ({
  TagList: findTags(deps, caller, input),
});

/** Adds tags. A tag with a key that the resource has gets the new value. */
export const addTagsToResource: SsmOperation<Resource & { Tags: Tag[] }> = (deps, caller, input) => {
  const tags = findTags(deps, caller, input);
  const added = new Map([...tags, ...input.Tags].map((tag) => [tag.Key, tag]));
  if (added.size > MAX_TAGS) throw new AwsError("TooManyTagsError", `A resource can have at most ${MAX_TAGS} tags.`);
  tags.splice(0, tags.length, ...added.values());
  return {};
};

export const removeTagsFromResource: SsmOperation<Resource & { TagKeys: string[] }> = (deps, caller, input) => {
  const tags = findTags(deps, caller, input);
  tags.splice(0, tags.length, ...tags.filter(({ Key }) => !input.TagKeys.includes(Key)));
  return {};
};

/** Finds the tags of a resource. The stand-in has no resource of another type, so its id is not valid. */
function findTags(deps: SsmDeps, caller: Parameters<SsmOperation<Resource>>[1], resource: Resource): Tag[] {
  const resources = deps.resources.at(caller);
  const { ResourceType, ResourceId } = resource;
  const found =
    ResourceType === "Automation" ? resources.executions.get(ResourceId) : findDocument(resources, ResourceId);
  if (found === undefined || !["Automation", "Document"].includes(ResourceType)) {
    throw new AwsError("InvalidResourceId", "The resource ID isn't valid. Verify that you entered the correct ID.");
  }
  return found.tags;
}
