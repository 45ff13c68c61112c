import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { sendBody } from "./aws-raw.ts";
import { awsWorld } from "./aws-world.ts";

const id = randomUUID();
const mustNotBeNull = "failed to satisfy constraint: Member must not be null";
const entry = { Source: "web", DetailType: "t", Detail: "{}" };

const malformedInputs: [string, object, string, RegExp][] = [
  [
    "SendAutomationSignal",
    { AutomationExecutionId: id, SignalType: "Approve", Payload: { Comment: null } },
    "ValidationException",
    /^1 validation error detected: Value '\{Comment=null\}' at 'payload' failed to satisfy constraint: Map value/,
  ],
  [
    "StartAutomationExecution",
    { DocumentName: "Gate", Parameters: { Host: null } },
    "ValidationException",
    /at 'parameters'/,
  ],
  [
    "DescribeAutomationExecutions",
    { Filters: [null] },
    "ValidationException",
    new RegExp(`Value null at 'filters.1.member' ${mustNotBeNull}`),
  ],
  ["PutEvents", {}, "ValidationException", new RegExp(`Value null at 'entries' ${mustNotBeNull}`)],
  ["PutEvents", { Entries: null }, "ValidationException", new RegExp(`Value null at 'entries' ${mustNotBeNull}`)],
  [
    "PutEvents",
    { Entries: [null] },
    "ValidationException",
    new RegExp(`Value null at 'entries.1.member' ${mustNotBeNull}`),
  ],
  ["PutEvents", { Entries: [{ ...entry, Time: 1e20 }] }, "SerializationException", /range/],
  ["PutEvents", { Entries: [{ ...entry, Time: -1e20 }] }, "SerializationException", /range/],
];
for (const [operation, body, type, message] of malformedInputs) {
  test(`${operation} with ${JSON.stringify(body).replace(id, "an id")} is a ${type}`, async () => {
    await using aws = await awsWorld();
    const response = await sendBody(aws, JSON.stringify(body), operation);
    const { __type, Message, message: text = Message } = response.body as Record<string, string>;
    assert.equal(response.status, 400);
    assert.equal(__type, type);
    assert.match(text ?? "", message);
  });
}

const tooDeepDocuments: [string, string, string][] = [
  ["a list that contains itself", "YAML", "a: &a [*a, *a]"],
  [
    "inputs that contain themselves",
    "YAML",
    "mainSteps: [{ name: one, action: aws:runCommand, inputs: &a { X: *a } }]",
  ],
  ["12,000 nested lists", "JSON", `${"[".repeat(12_000)}${"]".repeat(12_000)}`],
  ["12,000 nested lists, in YAML", "YAML", `${"[".repeat(12_000)}${"]".repeat(12_000)}`],
  [
    "inputs of 12,000 levels",
    "JSON",
    `{"schemaVersion":"0.3","mainSteps":[{"name":"one","action":"aws:runCommand","inputs":{"X":${"[".repeat(12_000)}${"]".repeat(12_000)}}}]}`,
  ],
];
for (const [description, DocumentFormat, Content] of tooDeepDocuments) {
  test(`a document with ${description} is InvalidDocumentContent`, async () => {
    await using aws = await awsWorld();
    const body = { Name: "Deep", DocumentType: "Automation", DocumentFormat, Content };
    const response = await sendBody(aws, JSON.stringify(body), "CreateDocument");
    assert.equal((response.body as { __type: string }).__type, "InvalidDocumentContent");
  });
}
