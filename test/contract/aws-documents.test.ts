import assert from "node:assert/strict";
import { test } from "node:test";
import { CreateDocumentCommand, GetDocumentCommand, ListDocumentsCommand } from "@aws-sdk/client-ssm";
import { parse, stringify } from "yaml";
import { type AwsWorld, awsWorld, gate } from "./aws-world.ts";

const yaml = `
schemaVersion: "0.3"
description: Says hello
parameters:
  Who: { type: String, default: you, description: name }
mainSteps:
  - name: greet
    action: aws:runCommand
    inputs: { Text: "{{ Who }}" }
`;
const create = (aws: AwsWorld, input: object) =>
  aws.ssm().send(
    new CreateDocumentCommand({
      Name: "Greet",
      Content: yaml,
      DocumentType: "Automation",
      DocumentFormat: "YAML",
      ...input,
    }),
  );

test("CreateDocument describes the runbook, and GetDocument returns it in either format", async () => {
  await using aws = await awsWorld();
  const { DocumentDescription: made } = await create(aws, { Tags: [{ Key: "team", Value: "web" }], VersionName: "v1" });
  assert.equal(made?.Name, "Greet");
  assert.equal(made?.Owner, "111122223333");
  assert.equal(made?.DocumentVersion, "1");
  assert.equal(made?.SchemaVersion, "0.3");
  assert.equal(made?.Description, "Says hello");
  assert.ok(made?.CreatedDate instanceof Date);
  assert.deepEqual(made?.Parameters, [{ Name: "Who", Type: "String", Description: "name", DefaultValue: "you" }]);
  const asYaml = await aws.ssm().send(new GetDocumentCommand({ Name: "Greet", DocumentFormat: "YAML" }));
  assert.equal(asYaml.Content, yaml);
  const asJson = await aws.ssm().send(new GetDocumentCommand({ Name: "Greet", VersionName: "v1" }));
  assert.equal(asJson.DocumentFormat, "JSON");
  assert.equal(JSON.parse(asJson.Content ?? "").mainSteps[0].name, "greet");
  await assert.rejects(aws.ssm().send(new GetDocumentCommand({ Name: "Nothing" })), { name: "InvalidDocument" });
  await assert.rejects(aws.ssm().send(new GetDocumentCommand({ Name: "Greet", DocumentVersion: "2" })), {
    name: "InvalidDocumentVersion",
  });
});

test("a name can be used once, and Amazon's prefixes are reserved", async () => {
  await using aws = await awsWorld();
  await create(aws, {});
  await assert.rejects(create(aws, {}), { name: "DocumentAlreadyExists" });
  await assert.rejects(create(aws, { Name: "AWS-Greet" }), { name: "ValidationException" });
});

const invalidDocuments: [string, object, string][] = [
  ["that is not well-formed", { Content: "a: [" }, "InvalidDocumentContent"],
  ["in YAML with the format JSON", { DocumentFormat: "JSON" }, "InvalidDocumentContent"],
  ["that is a list", { Content: "- a" }, "InvalidDocumentContent"],
  ["of another schemaVersion", { Content: yaml.replace("0.3", "2.2") }, "InvalidDocumentSchemaVersion"],
  ["of another type", { DocumentType: "Command" }, "InvalidDocumentSchemaVersion"],
  ["without a type, so that the type is Command", { DocumentType: undefined }, "InvalidDocumentSchemaVersion"],
  ["of more than 64 KB", { Content: `${yaml}# ${"x".repeat(65_536)}` }, "MaxDocumentSizeExceeded"],
  ["that references an undefined parameter", { Content: yaml.replace("Who }}", "Whom }}") }, "InvalidDocumentContent"],
  ["with an unknown action", { Content: yaml.replace("aws:runCommand", "aws:sayHello") }, "InvalidDocumentContent"],
  ["with an unknown key", { Content: yaml.replace("mainSteps", "steps") }, "InvalidDocumentContent"],
];
for (const [description, input, name] of invalidDocuments) {
  test(`a document ${description} is rejected with ${name}`, async () => {
    await using aws = await awsWorld();
    await assert.rejects(create(aws, input), { name });
  });
}

test("a document with Attachments or Requires is rejected", async () => {
  await using aws = await awsWorld();
  const attachments = { Attachments: [{ Key: "SourceUrl", Values: ["s3://bucket/script.py"], Name: "script.py" }] };
  for (const more of [attachments, { Requires: [{ Name: "Other" }] }]) {
    await assert.rejects(create(aws, more), { name: "InvalidDocumentContent" });
  }
});

test("a document converted to the other format has exactly the author's content", async () => {
  await using aws = await awsWorld();
  const written = { schemaVersion: "0.3", mainSteps: [gate("one", ["admin"])] };
  await create(aws, { Name: "As-Json", Content: JSON.stringify(written), DocumentFormat: "JSON" });
  await create(aws, { Name: "As-Yaml", Content: stringify(written) });
  const asYaml = await aws.ssm().send(new GetDocumentCommand({ Name: "As-Json", DocumentFormat: "YAML" }));
  const asJson = await aws.ssm().send(new GetDocumentCommand({ Name: "As-Yaml", DocumentFormat: "JSON" }));
  assert.deepEqual(parse(asYaml.Content ?? ""), written);
  assert.deepEqual(JSON.parse(asJson.Content ?? ""), written);
});

test("an ARN finds a document only in its own account and Region", async () => {
  await using aws = await awsWorld();
  await create(aws, {});
  const get = (prefix: string) => aws.ssm().send(new GetDocumentCommand({ Name: `arn:${prefix}:document/Greet` }));
  assert.equal((await get("aws:ssm:us-east-1:111122223333")).Name, "Greet");
  for (const prefix of [
    "aws:ssm:us-east-1:444455556666",
    "aws:ssm:eu-west-1:111122223333",
    "aws-cn:ssm:us-east-1:111122223333",
  ]) {
    await assert.rejects(get(prefix), { name: "InvalidDocument" });
  }
});

test("ListDocuments lists the account's runbooks sorted by name, with filters and pages", async () => {
  await using aws = await awsWorld();
  for (const name of ["Web-B", "Web-A", "App-A"]) await aws.document(name, { mainSteps: [gate("one", ["admin"])] });
  await create(aws, { Tags: [{ Key: "team", Value: "web" }] });
  const names = async (input: object) => {
    const { DocumentIdentifiers = [] } = await aws.ssm().send(new ListDocumentsCommand(input));
    return DocumentIdentifiers.map(({ Name }) => Name);
  };
  assert.deepEqual(await names({}), ["App-A", "Greet", "Web-A", "Web-B"]);
  assert.deepEqual(await names({ Filters: [{ Key: "Name", Values: ["Web-"] }] }), ["Web-A", "Web-B"]);
  assert.deepEqual(await names({ Filters: [{ Key: "tag:team", Values: ["web"] }] }), ["Greet"]);
  assert.deepEqual(await names({ DocumentFilterList: [{ key: "Owner", value: "Amazon" }] }), []);
  assert.equal((await names({ Filters: [{ Key: "PlatformTypes", Values: ["Amiga", "Linux"] }] })).length, 4);
  assert.deepEqual(await names({ Filters: [{ Key: "PlatformTypes", Values: ["Amiga"] }] }), []);
  await assert.rejects(names({ Filters: [{ Key: "Colour", Values: ["red"] }] }), { name: "InvalidFilterKey" });
  const first = await aws.ssm().send(new ListDocumentsCommand({ MaxResults: 3 }));
  const { NextToken } = first;
  assert.deepEqual(await names({ MaxResults: 3, NextToken }), ["Web-B"]);
});
