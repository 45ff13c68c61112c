import assert from "node:assert/strict";
import { test } from "node:test";
import {
  AddTagsToResourceCommand,
  DeleteDocumentCommand,
  DescribeDocumentCommand,
  ListDocumentVersionsCommand,
  ListTagsForResourceCommand,
  RemoveTagsFromResourceCommand,
  UpdateDocumentCommand,
  UpdateDocumentDefaultVersionCommand,
} from "@aws-sdk/client-ssm";
import { AMAZON_RUNBOOKS } from "../../sandbox/aws/amazon-runbooks.ts";
import { type AwsWorld, awsWorld, gate, work } from "./aws-world.ts";

const content = (message: string) =>
  JSON.stringify({ schemaVersion: "0.3", mainSteps: [gate("ask", ["admin"], {}, { Message: message })] });
const update = (aws: AwsWorld, message: string, more: object = {}) =>
  aws
    .ssm()
    .send(new UpdateDocumentCommand({ Name: "Doc", Content: content(message), DocumentVersion: "$LATEST", ...more }));
const readMessage = async (aws: AwsWorld, DocumentVersion?: string) =>
  (await aws.step(await aws.start("Doc", undefined, { DocumentVersion }), "ask")).Inputs?.Message;

async function withTwoVersions(aws: AwsWorld) {
  await aws.document("Doc", JSON.parse(content("one")));
  return update(aws, "two", { VersionName: "second" });
}

test("an update makes a new latest version; the default version stays until it is changed", async () => {
  await using aws = await awsWorld();
  const { DocumentDescription } = await withTwoVersions(aws);
  assert.deepEqual([DocumentDescription?.LatestVersion, DocumentDescription?.DefaultVersion], ["2", "1"]);
  assert.deepEqual(
    [await readMessage(aws), await readMessage(aws, "$LATEST"), await readMessage(aws, "2")],
    ['"one"', '"two"', '"two"'],
  );
  const { Description } = await aws
    .ssm()
    .send(new UpdateDocumentDefaultVersionCommand({ Name: "Doc", DocumentVersion: "2" }));
  assert.deepEqual(Description, { Name: "Doc", DefaultVersion: "2", DefaultVersionName: "second" });
  assert.deepEqual([await readMessage(aws), await readMessage(aws, "1")], ['"two"', '"one"']);
});

test("versions are described and listed, newest first", async () => {
  await using aws = await awsWorld();
  await withTwoVersions(aws);
  const { Document } = await aws.ssm().send(new DescribeDocumentCommand({ Name: "Doc", VersionName: "second" }));
  assert.deepEqual([Document?.DocumentVersion, Document?.Status], ["2", "Active"]);
  const { DocumentVersions } = await aws.ssm().send(new ListDocumentVersionsCommand({ Name: "Doc" }));
  const shown = DocumentVersions?.map((each) => [each.DocumentVersion, each.VersionName, each.IsDefaultVersion]);
  assert.deepEqual(shown, [
    ["2", "second", false],
    ["1", undefined, true],
  ]);
});

test("an update is rejected if it names an old version, repeats a content or a version name, or is no runbook", async () => {
  await using aws = await awsWorld();
  await withTwoVersions(aws);
  await assert.rejects(update(aws, "three", { DocumentVersion: "1" }), { name: "InvalidDocumentVersion" });
  await assert.rejects(update(aws, "one"), { name: "DuplicateDocumentContent" });
  await assert.rejects(update(aws, "three", { VersionName: "second" }), { name: "DuplicateDocumentVersionName" });
  await assert.rejects(update(aws, "three", { Content: "{}" }), { name: "InvalidDocumentSchemaVersion" });
  await assert.rejects(update(aws, "three", { Name: "Nothing" }), { name: "InvalidDocument" });
});

test("the page describes the version that a start runs, and no number is used twice", async () => {
  await using aws = await awsWorld();
  await withTwoVersions(aws);
  const described = async () => {
    const { documents } = await aws.control("documents");
    const found = documents.find((each: { name: string }) => each.name === "Doc");
    return [found.version, /one|two|three/.exec(found.content)?.[0]];
  };
  assert.deepEqual(await described(), ["1", "one"]);
  await aws.ssm().send(new DeleteDocumentCommand({ Name: "Doc", DocumentVersion: "2" }));
  const { DocumentDescription } = await update(aws, "three");
  assert.equal(DocumentDescription?.LatestVersion, "3");
  await aws.ssm().send(new DeleteDocumentCommand({ Name: "Doc", DocumentVersion: "3" }));
  await aws.control("seed", { documents: [{ name: "Doc", content: JSON.parse(content("four")) }] });
  assert.deepEqual((await described())[0], "4");
});

test("a document is deleted whole, or one version that is not the default", async () => {
  await using aws = await awsWorld();
  await withTwoVersions(aws);
  const remove = (more: object) => aws.ssm().send(new DeleteDocumentCommand({ Name: "Doc", ...more }));
  await assert.rejects(remove({ DocumentVersion: "1" }), { name: "InvalidDocumentOperation" });
  await remove({ DocumentVersion: "2" });
  await assert.rejects(aws.start("Doc", undefined, { DocumentVersion: "2" }), {
    name: "AutomationDefinitionVersionNotFoundException",
  });
  await remove({});
  await assert.rejects(aws.start("Doc"), { name: "AutomationDefinitionNotFoundException" });
});

test("tags of an execution and of a document are added, replaced, listed and removed", async () => {
  await using aws = await awsWorld();
  await aws.document("Doc", JSON.parse(content("one")));
  const execution = await aws.start("Doc", undefined, { Tags: [{ Key: "Team", Value: "dba" }] });
  for (const resource of [
    { ResourceType: "Automation" as const, ResourceId: execution },
    { ResourceType: "Document" as const, ResourceId: "Doc" },
  ]) {
    const Tags = [
      { Key: "Team", Value: "web" },
      { Key: "Stage", Value: "prod" },
    ];
    await aws.ssm().send(new AddTagsToResourceCommand({ ...resource, Tags }));
    assert.deepEqual((await aws.ssm().send(new ListTagsForResourceCommand(resource))).TagList, Tags);
    await aws.ssm().send(new RemoveTagsFromResourceCommand({ ...resource, TagKeys: ["Team"] }));
    assert.deepEqual((await aws.ssm().send(new ListTagsForResourceCommand(resource))).TagList, Tags.slice(1));
  }
  const absent = { ResourceType: "Automation" as const, ResourceId: "00000000-0000-4000-8000-000000000000" };
  await assert.rejects(aws.ssm().send(new ListTagsForResourceCommand(absent)), { name: "InvalidResourceId" });
});

test("each simulated runbook of Amazon starts by name and by ARN; the ones with approval wait", async () => {
  await using aws = await awsWorld();
  for (const name of AMAZON_RUNBOOKS) {
    const { Document } = await aws.ssm().send(new DescribeDocumentCommand({ Name: name }));
    assert.equal(Document?.Owner, "Amazon");
    const required = (Document?.Parameters ?? []).filter((each) => each.DefaultValue === undefined);
    const value = (parameter = "") =>
      parameter === "SNSTopicArn" ? "arn:aws:sns:us-east-1:111122223333:Automation-x" : "admin";
    const given = Object.fromEntries(required.map(({ Name = "" }) => [Name, [value(Name)]]));
    const id = await aws.start(name, given);
    assert.equal(await aws.status(id), name.endsWith("WithApproval") ? "Waiting" : "InProgress", name);
    assert.ok(await aws.start(`arn:aws:ssm:us-east-1::document/${name}`, given));
  }
});

test("a simulated runbook of Amazon accepts parameters that only the original has; another runbook does not", async () => {
  await using aws = await awsWorld();
  const given = {
    InstanceId: ["i-1"],
    InstanceType: ["t3.large"],
    LambdaAssumeRole: ["arn:aws:iam::111122223333:role/x"],
  };
  const id = await aws.start("AWS-ResizeInstance", given);
  assert.partialDeepStrictEqual((await aws.get(id)).Parameters, given);
  await aws.document("Doc", { mainSteps: [work("deploy")] });
  await assert.rejects(aws.start("Doc", given), { message: 'Parameter "InstanceId" is not defined in the document.' });
});

test("another runbook of Amazon is not found, the error says how to stub it, and the stub runs", async () => {
  await using aws = await awsWorld();
  await assert.rejects(aws.start("AWS-RunPacker"), {
    name: "AutomationDefinitionNotFoundException",
    message: /amazon-runbooks.*POST \/_control\/seed/,
  });
  const stub = { schemaVersion: "0.3", mainSteps: [work("build")] };
  await aws.control("seed", { documents: [{ name: "AWS-RunPacker", content: stub }] });
  assert.equal(await aws.status(await aws.start("AWS-RunPacker")), "InProgress");
});
