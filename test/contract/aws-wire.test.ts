import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import {
  DescribeAutomationExecutionsCommand,
  ListDocumentsCommand,
  SendAutomationSignalCommand,
} from "@aws-sdk/client-ssm";
import { sendBody } from "./aws-raw.ts";
import { awsWorld, gate, KEYS } from "./aws-world.ts";

const violations: [string, object, string][] = [
  [
    "an id of five characters",
    { AutomationExecutionId: "abcde", SignalType: "Approve" },
    "1 validation error detected: Value 'abcde' at 'automationExecutionId' failed to satisfy constraint: Member must have length greater than or equal to 36",
  ],
  [
    "the signal Deny of AWS's own example",
    { AutomationExecutionId: randomUUID(), SignalType: "Deny" },
    "1 validation error detected: Value 'Deny' at 'signalType' failed to satisfy constraint: Member must satisfy enum value set: [Approve, Reject, StartStep, StopStep, Resume, Revoke]",
  ],
  [
    "no members at all",
    {},
    "2 validation errors detected: Value null at 'automationExecutionId' failed to satisfy constraint: Member must not be null; Value null at 'signalType' failed to satisfy constraint: Member must not be null",
  ],
  [
    "an empty payload",
    { AutomationExecutionId: randomUUID(), SignalType: "Approve", Payload: {} },
    "1 validation error detected: Value '{}' at 'payload' failed to satisfy constraint: Member must have length greater than or equal to 1",
  ],
];
for (const [mistake, input, message] of violations) {
  test(`a signal with ${mistake} gets a ValidationException in AWS's wording`, async () => {
    await using aws = await awsWorld();
    const command = new SendAutomationSignalCommand(
      input as ConstructorParameters<typeof SendAutomationSignalCommand>[0],
    );
    await assert.rejects(aws.ssm().send(command), { name: "ValidationException", message });
  });
}

test("a comment of 513 characters is rejected, one of 512 is accepted", async () => {
  await using aws = await awsWorld();
  await aws.document("Gate", { mainSteps: [gate("first", ["admin"])] });
  const id = await aws.start("Gate");
  await assert.rejects(aws.signal(id, "Approve", { Comment: ["x".repeat(513)] }), {
    name: "ValidationException",
    message:
      /at 'payload' failed to satisfy constraint: Map value must satisfy constraint: \[.*less than or equal to 512/,
  });
  await assert.rejects(aws.signal(id, "Approve", { Comment: [""] }), { name: "ValidationException" });
  await assert.rejects(aws.signal(id, "Approve", { ["K".repeat(51)]: ["x"] }), { name: "ValidationException" });
  assert.equal(await aws.status(id), "Waiting");
  await aws.signal(id, "Approve", { Comment: ["x".repeat(512)] });
  assert.equal(await aws.status(id), "Success");
});

test("list sizes, numbers and nested members are checked against the model", async () => {
  await using aws = await awsWorld();
  const invalid: [object, RegExp][] = [
    [{ MaxResults: 51 }, /Value '51' at 'maxResults' failed .* less than or equal to 50/],
    [{ MaxResults: 0 }, /greater than or equal to 1/],
    [{ Filters: [] }, /Value '\[\]' at 'filters'/],
    [{ Filters: Array(11).fill({ Key: "ExecutionId", Values: ["x"] }) }, /at 'filters' .* less than or equal to 10/],
    [{ Filters: [{ Key: "Colour", Values: ["red"] }] }, /'Colour' at 'filters\.1\.member\.key' .* enum value set/],
    [{ Filters: [{ Key: "ExecutionId", Values: [] }] }, /at 'filters\.1\.member\.values'/],
    [{ Filters: [{ Key: "ExecutionId" }] }, /Value null at 'filters\.1\.member\.values' .* must not be null/],
    [{ Filters: [{ Key: "ExecutionId", Values: ["x".repeat(151)] }] }, /'filters\.1\.member\.values' .* to 150/],
  ];
  for (const [input, message] of invalid) {
    await assert.rejects(aws.ssm().send(new DescribeAutomationExecutionsCommand(input)), {
      name: "ValidationException",
      message,
    });
  }
});

const malformedBodies: [string, string, string | undefined][] = [
  ["half a brace", "{", undefined],
  ["nothing", "", undefined],
  ["a bare string", '"x"', undefined],
  ["a list", "[]", "Start of list found where not expected"],
  ["a number for a string", '{"AutomationExecutionId": 5}', "NUMBER_VALUE can not be converted to a String"],
  ["true for a string", '{"AutomationExecutionId": true}', "TRUE_VALUE can not be converted to a String"],
  ["a list for a string", '{"AutomationExecutionId": ["x"]}', "Start of list found where not expected"],
  ["an object for a string", '{"AutomationExecutionId": {}}', "Start of structure or map found where not expected."],
];
for (const [mistake, body, message] of malformedBodies) {
  test(`a body that is or has ${mistake} is a SerializationException`, async () => {
    await using aws = await awsWorld();
    const response = await sendBody(aws, body);
    assert.equal(response.status, 400);
    const expected = { __type: "SerializationException", ...(message === undefined ? {} : { Message: message }) };
    assert.deepEqual(response.body, expected);
  });
}

test("nulls and unknown members are ignored", async () => {
  await using aws = await awsWorld();
  const response = await sendBody(aws, '{"MaxResults": null, "Color": "red"}', "DescribeAutomationExecutions");
  assert.equal(response.status, 200);
  assert.deepEqual(response.body, { AutomationExecutionMetadataList: [] });
});

test("an unknown operation, an unknown service and a wrong content type each get their own error", async () => {
  await using aws = await awsWorld();
  const post = (headers: Record<string, string>) => fetch(aws.sandbox.url, { method: "POST", headers, body: "{}" });
  const json = "application/x-amz-json-1.1";
  for (const target of ["AmazonSSM.Approve", "AmazonEC2.RunInstances", "AWSEvents.GetAutomationExecution", ""]) {
    const response = await post({ "content-type": json, ...(target ? { "x-amz-target": target } : {}) });
    assert.equal(response.status, 400, target);
    assert.deepEqual(await response.json(), { __type: "UnknownOperationException" }, target);
  }
  for (const type of ["application/json", "text/plain", "application/x-amz-json-1.0"]) {
    const response = await post({ "content-type": type, "x-amz-target": "AmazonSSM.GetAutomationExecution" });
    assert.equal(response.status, 404, type);
    assert.match(await response.text(), /<UnknownOperationException\/>/);
  }
});

test("a missing, an incomplete and a misdirected signature each get their own error", async () => {
  await using aws = await awsWorld();
  const post = async (authorization?: string) => {
    const headers = {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "AmazonSSM.ListDocuments",
      ...(authorization === undefined ? {} : { authorization }),
    };
    const response = await fetch(aws.sandbox.url, { method: "POST", headers, body: "{}" });
    return { status: response.status, type: ((await response.json()) as { __type: string }).__type };
  };
  assert.deepEqual(await post(), { status: 400, type: "MissingAuthenticationTokenException" });
  const incomplete = { status: 400, type: "IncompleteSignatureException" };
  assert.deepEqual(await post("Bearer abc"), incomplete);
  assert.deepEqual(await post("AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/ssm/aws4_request"), incomplete);
  const fields = "SignedHeaders=host, Signature=00";
  assert.deepEqual(await post(`AWS4-HMAC-SHA256 Credential=test/us-east-1/ssm, ${fields}`), incomplete);
  assert.deepEqual(
    await post(`AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/ssm/aws4_request, ${fields}`),
    incomplete,
  );
  assert.deepEqual(await post(`AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request, ${fields}`), {
    status: 400,
    type: "InvalidSignatureException",
  });
});

test("an unknown key and a wrong secret get different errors", async () => {
  await using aws = await awsWorld();
  const list = (as: { accessKeyId: string; secretAccessKey: string }) =>
    aws.ssm({ as }).send(new ListDocumentsCommand());
  await assert.rejects(list({ accessKeyId: "AKIANOBODYHASTHISONE", secretAccessKey: "sandbox" }), {
    name: "UnrecognizedClientException",
    message: "The security token included in the request is invalid.",
  });
  await assert.rejects(list({ ...KEYS.bot, secretAccessKey: "guess" }), { name: "InvalidSignatureException" });
});

test("a signature is valid only for the signed body", async () => {
  await using aws = await awsWorld();
  const client = aws.ssm();
  client.middlewareStack.add(
    (next) => async (args) => {
      (args.request as { body: string }).body = JSON.stringify({ MaxResults: 99 });
      return next(args);
    },
    { step: "deserialize", priority: "low", name: "tamper" },
  );
  const signed = new ListDocumentsCommand({ MaxResults: 10 });
  await assert.rejects(client.send(signed), { name: "InvalidSignatureException" });
});

test("a signature that is 15 minutes old has expired, and moving the sandbox's clock does not expire others", async () => {
  await using aws = await awsWorld();
  const client = aws.ssm();
  client.config.systemClockOffset = -15 * 60_000;
  await assert.rejects(client.send(new ListDocumentsCommand()), {
    name: "InvalidSignatureException",
    message: /expired/,
  });
  aws.clock.advance(30 * 86_400_000);
  await aws.ssm().send(new ListDocumentsCommand());
});

test("times are epoch seconds with fractions, and every reply has a unique request id", async () => {
  await using aws = await awsWorld();
  await aws.document("Gate", { mainSteps: [gate("first", ["admin"])] });
  const id = await aws.start("Gate");
  const one = await sendBody(aws, JSON.stringify({ AutomationExecutionId: id }));
  const two = await sendBody(aws, JSON.stringify({ AutomationExecutionId: randomUUID() }));
  const started = (one.body as { AutomationExecution: { ExecutionStartTime: number } }).AutomationExecution
    .ExecutionStartTime;
  assert.equal(typeof started, "number");
  assert.ok(Math.abs(started - Date.now() / 1000) < 60);
  assert.equal(one.headers.get("content-type"), "application/x-amz-json-1.1");
  const requestIds = [one, two].map(({ headers }) => headers.get("x-amzn-requestid"));
  assert.match(requestIds[0] ?? "", /^[0-9a-f-]{36}$/);
  assert.notEqual(requestIds[0], requestIds[1]);
  assert.equal((two.body as { __type: string }).__type, "AutomationExecutionNotFoundException");
});
