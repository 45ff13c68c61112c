import assert from "node:assert/strict";
import { test } from "node:test";
import { SendAutomationSignalCommand, SSMClient } from "@aws-sdk/client-ssm";
import { signalFailure } from "../../src/aws/aws-failures.ts";
import { rawServer } from "../support/raw-server.ts";

type Reply = [status: number, headers: Record<string, string>, body: string];

const JSON_BODY = { "content-type": "application/json" };
const FROM_AWS = { "content-type": "application/x-amz-json-1.1", "x-amzn-requestid": "an-id" };
const page = (status: number): Reply => [status, { "content-type": "text/html" }, `<html>${status}</html>`];

/** The SDK's interpretation of each reply decides how soon a signal may be repeated. */
const REPLIES: [claim: string, reply: Reply, expected: string][] = [
  ["a proxy's HTML page 504", page(504), "ambiguous, without a reply of AWS"],
  ["a proxy's HTML page 502", page(502), "ambiguous, without a reply of AWS"],
  ["a proxy's HTML page 403", page(403), "ambiguous, without a reply of AWS"],
  ["a page instead of a reply", page(200), "ambiguous, without a reply of AWS"],
  [
    "a gateway's JSON 504",
    [504, JSON_BODY, '{"message":"Endpoint request timed out"}'],
    "ambiguous, without a reply of AWS",
  ],
  [
    "a proxy's JSON 500 with a code",
    [500, JSON_BODY, '{"code":"E_UPSTREAM","message":"x"}'],
    "ambiguous, without a reply of AWS",
  ],
  ["an empty 503", [503, {}, ""], "ambiguous, without a reply of AWS"],
  ["an empty 408", [408, {}, ""], "ambiguous, without a reply of AWS"],
  ["a JSON 408 without a name", [408, JSON_BODY, '{"message":"Request timeout"}'], "ambiguous, without a reply of AWS"],
  ["a truncated reply", [500, FROM_AWS, '{"__type":"Inte'], "ambiguous, without a reply of AWS"],
  ["AWS's modelled 500", [500, FROM_AWS, '{"__type":"InternalServerError"}'], "ambiguous, with a reply of AWS"],
  ["AWS's common 500", [500, FROM_AWS, '{"__type":"InternalFailure"}'], "ambiguous, with a reply of AWS"],
  [
    "AWS's 503 with a namespace",
    [503, FROM_AWS, '{"__type":"com.amazon.coral.service#ServiceUnavailableException"}'],
    "ambiguous, with a reply of AWS",
  ],
  ["AWS's refusal", [400, FROM_AWS, '{"__type":"InvalidAutomationSignalException"}'], "refused"],
  ["AWS's throttling", [400, FROM_AWS, '{"__type":"ThrottlingException"}'], "refused"],
];

for (const [claim, [status, headers, body], expected] of REPLIES) {
  test(`a signal that gets ${claim} is ${expected}`, async (t) => {
    const server = await rawServer(t, (_, response) => response.writeHead(status, headers).end(body));
    const client = new SSMClient({
      endpoint: server.url,
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      maxAttempts: 1,
    });
    t.after(() => client.destroy());
    const command = new SendAutomationSignalCommand({ AutomationExecutionId: "e".repeat(36), SignalType: "Approve" });
    const result = await client.send(command).then(() => assert.fail("the signal was accepted"), signalFailure);
    const actual =
      result.kind === "ambiguous" ? `ambiguous, ${result.answered ? "with" : "without"} a reply of AWS` : result.kind;
    assert.equal(actual, expected, JSON.stringify(result));
    assert.equal(server.requests.length, 1);
  });
}
