import { checkRunbook } from "./engine/check/check-runbook.ts";
import { parseRunbook } from "./engine/runbook.ts";
import type { AutomationDocument } from "./resources.ts";

/** The owner that AWS shows for the documents of Amazon. */
export const AMAZON = "Amazon";

/**
 * The most used runbooks of Amazon, as simulations: the name, the parameters that have no default, and the action. With
 * "WithApproval" in the name, a gate comes first, with the parameters Approvers and SNSTopicArn. `*` marks a list. Source of
 * names and parameters: "Systems Manager Automation runbook reference".
 */
const RUNBOOKS: Record<string, [parameters: string, action: string]> = {
  "AWS-StartEC2Instance": ["InstanceId*", "changeInstanceState"],
  "AWS-StopEC2Instance": ["InstanceId*", "changeInstanceState"],
  "AWS-RestartEC2Instance": ["InstanceId*", "changeInstanceState"],
  "AWS-TerminateEC2Instance": ["InstanceId*", "changeInstanceState"],
  "AWS-StartEC2InstanceWithApproval": ["InstanceId*", "changeInstanceState"],
  "AWS-StopEC2InstanceWithApproval": ["InstanceId*", "changeInstanceState"],
  "AWS-RestartEC2InstanceWithApproval": ["InstanceId*", "changeInstanceState"],
  "AWS-TerminateEC2InstanceWithApproval": ["InstanceId*", "changeInstanceState"],
  "AWS-ResizeInstance": ["InstanceId InstanceType", "executeAwsApi"],
  "AWS-AttachIAMToInstance": ["InstanceId RoleName", "executeAwsApi"],
  "AWS-AttachEBSVolume": ["Device InstanceId VolumeId", "executeAwsApi"],
  "AWS-DetachEBSVolume": ["VolumeId", "executeAwsApi"],
  "AWS-CreateImage": ["InstanceId", "createImage"],
  "AWS-DeleteImage": ["ImageId", "deleteImage"],
  "AWS-CreateSnapshot": ["VolumeId", "executeAwsApi"],
  "AWS-DeleteSnapshot": ["SnapshotId", "executeAwsApi"],
  "AWS-CopySnapshot": ["SnapshotId SourceRegion", "executeAwsApi"],
  "AWS-CreateRdsSnapshot": ["DBInstanceIdentifier", "executeAwsApi"],
  "AWS-StartRdsInstance": ["InstanceId", "executeAwsApi"],
  "AWS-StopRdsInstance": ["InstanceId", "executeAwsApi"],
  "AWS-RebootRdsInstance": ["InstanceId", "executeAwsApi"],
  "AWS-UpdateCloudFormationStack": ["StackNameOrId TemplateUrl LambdaAssumeRole", "executeAwsApi"],
  "AWS-UpdateCloudFormationStackWithApproval": ["StackNameOrId TemplateUrl LambdaAssumeRole", "executeAwsApi"],
  "AWS-DeleteCloudFormationStack": ["StackNameOrId", "deleteStack"],
  "AWS-DeleteCloudFormationStackWithApproval": ["StackNameOrId", "deleteStack"],
  "AWS-PublishSNSNotification": ["TopicArn Message", "executeAwsApi"],
  "AWS-DisablePublicAccessForSecurityGroup": ["GroupId", "executeAwsApi"],
  "AWS-DisableS3BucketPublicReadWrite": ["S3BucketName", "executeAwsApi"],
  "AWS-EnableS3BucketEncryption": ["BucketName", "executeAwsApi"],
  "AWS-SetupInventory": ["InstanceId", "executeAwsApi"],
};

export const AMAZON_RUNBOOKS: readonly string[] = Object.keys(RUNBOOKS);

/** Returns the simulation of one of Amazon's runbooks, or undefined if there is none. */
export function findAmazonRunbook(name: string): AutomationDocument | undefined {
  const found = Object.hasOwn(RUNBOOKS, name) ? RUNBOOKS[name] : undefined;
  if (found === undefined) return undefined;
  const [required, action] = found;
  const asks = name.includes("WithApproval");
  const content = JSON.stringify({
    schemaVersion: "0.3",
    description: `A simulation of ${name}. It changes nothing.`,
    assumeRole: "{{ AutomationAssumeRole }}",
    parameters: {
      ...Object.fromEntries(required.split(" ").map(toParameter)),
      ...(asks ? { Approvers: { type: "StringList" }, SNSTopicArn: { type: "String" } } : {}),
      AutomationAssumeRole: { type: "String", default: "" },
    },
    mainSteps: [...(asks ? [makeGate(name)] : []), { name: "run", action: `aws:${action}`, inputs: {} }],
  });
  return toAmazonDocument(name, content);
}

const toParameter = (name: string) => [name.replace("*", ""), { type: name.endsWith("*") ? "StringList" : "String" }];

const makeGate = (name: string) => ({
  name: "approve",
  action: "aws:approve",
  onFailure: "Abort",
  inputs: {
    NotificationArn: "{{ SNSTopicArn }}",
    Message: `${name} needs an approval.`,
    MinRequiredApprovals: 1,
    Approvers: "{{ Approvers }}",
  },
});

/** Makes a document of Amazon from JSON. Throws if it is no valid runbook, which is a bug in this repository. */
function toAmazonDocument(name: string, content: string): AutomationDocument {
  const parsed = parseRunbook(content, "JSON");
  if (!parsed.ok) throw new Error(`${name}: ${parsed.problem}`);
  const problems = checkRunbook(parsed.runbook);
  if (problems.length > 0) throw new Error(`${name}: ${problems.join(" ")}`);
  const version = { version: "1", content, format: "JSON" as const, runbook: parsed.runbook, createdAt: 0 };
  return { name, owner: AMAZON, tags: [], versions: [version], defaultVersion: "1", lastNumber: 1 };
}
