import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { hasEnded } from "../../src/core/execution.ts";
import { BOT } from "../../src/core/signers.ts";
import { rawServer } from "../support/raw-server.ts";
import { ANY_TIME, automationAt } from "./automation-world.ts";

const ID = randomUUID();
const execution = (more: object) => ({
  AutomationExecution: { AutomationExecutionId: ID, AutomationExecutionStatus: "Waiting", ...more },
});

/** Replies that no service should give and some proxies do. */
const MALFORMED: [claim: string, status: number, body: string][] = [
  ["nothing", 200, ""],
  ["an HTML page", 200, "<html><body>Sign in</body></html>"],
  ["a truncated reply", 200, '{"AutomationExecution": {"AutomationExec'],
  ["null", 200, "null"],
  ["a list", 200, "[]"],
  ["a number", 200, "7"],
  ["an empty object", 200, "{}"],
  [
    "texts instead of lists",
    200,
    JSON.stringify({ AutomationExecutionMetadataList: "many", AutomationExecution: "one" }),
  ],
  [
    "lists with null items",
    200,
    JSON.stringify({ AutomationExecutionMetadataList: [null, 3, {}], AutomationExecution: null }),
  ],
  [
    "an execution with wrong types",
    200,
    JSON.stringify(
      execution({
        Parameters: { a: "text", b: [1, null, "x"], c: null },
        StepExecutions: "none",
        ExecutionStartTime: "yesterday",
        DocumentName: 7,
        ExecutedBy: {},
      }),
    ),
  ],
  [
    "steps with wrong types",
    200,
    JSON.stringify(
      execution({
        StepExecutions: [
          null,
          "step",
          {
            StepName: 5,
            StepStatus: {},
            Inputs: { Message: 5, Approvers: null },
            Outputs: { ApprovalStatus: "Approved", ApproverDecisions: [1, null] },
            TimeoutSeconds: "soon",
          },
        ],
      }),
    ),
  ],
  [
    "an execution with truncated steps that never arrive",
    200,
    JSON.stringify(execution({ StepExecutionsTruncated: true, StepExecutions: [] })),
  ],
  ["an HTML page with an error status", 502, "<html>Bad gateway</html>"],
  ["an HTML page of a firewall", 403, "<html>Forbidden</html>"],
  ["an error without a name", 400, "{}"],
];

for (const [claim, status, body] of MALFORMED) {
  test(`every call handles ${claim} as a reply and returns a valid result`, async (t) => {
    const server = await rawServer(t, (_, response) => {
      response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(body);
    });
    const automation = automationAt(t, server.url);
    const { signal: abort } = new AbortController();
    const listing = await automation.listWaiting(abort);
    if (listing.kind === "listed")
      assert.ok(listing.executions.every(({ executionId }) => typeof executionId === "string"));
    else assert.equal(typeof listing.code, "string");

    const result = await automation.read(ID, abort);
    if (result.kind === "read") {
      assert.equal(hasEnded(result.execution.status), false);
      for (const value of [result.execution.documentName, result.execution.executedBy ?? ""])
        assert.equal(typeof value, "string");
      for (const values of Object.values(result.execution.parameters))
        assert.ok(values.every((value) => typeof value === "string"));
      for (const step of result.execution.steps) {
        for (const value of [step.name, step.action, step.status]) assert.equal(typeof value, "string");
        assert.ok(step.timeoutSeconds === null || Number.isFinite(step.timeoutSeconds));
        for (const values of Object.values(step.outputs)) assert.ok(values.every((value) => typeof value === "string"));
      }
    } else assert.equal(result.kind, "failed");

    assert.equal(
      await automation.defaults("Doc", "1", abort).then(({ kind }) => kind === "read" || kind === "failed"),
      true,
    );
    const tags = await automation.tags(ID, abort);
    assert.ok(tags.kind === "read" || tags.kind === "failed");
    const signal = await automation.signal(BOT, ID, { kind: "approve", comment: ["x"] }, ANY_TIME);
    if (status === 200) assert.ok(["accepted", "ambiguous"].includes(signal.kind), JSON.stringify(signal));
    else assert.ok(["refused", "ambiguous"].includes(signal.kind), JSON.stringify(signal));
    if (status >= 500) assert.equal(signal.kind, "ambiguous");
    assert.equal(server.requests.filter((target) => target.endsWith("SendAutomationSignal")).length, 1);
  });
}

test("a reply with a tag that has no text as its name or value is a failed read of the tags, and no list of fewer tags", async (t) => {
  const good = { Key: "Team", Value: "dba" };
  const lists = [
    "many",
    {},
    [null],
    [good, 7],
    [{}],
    [{ Value: "dba" }],
    [good, { Key: "Env" }],
    [{ Key: 1, Value: "x" }],
    [{ Key: "Env", Value: ["x"] }],
  ];
  let reply: unknown;
  const server = await rawServer(t, (_, response) => {
    response.writeHead(200, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify({ TagList: reply }));
  });
  const automation = automationAt(t, server.url);
  const { signal: abort } = new AbortController();
  for (reply of lists) {
    const tags = await automation.tags(ID, abort);
    assert.equal(tags.kind === "failed" && tags.code, "MalformedAnswer", JSON.stringify(reply));
  }
  reply = [good, { Key: "__proto__", Value: "x" }, { Key: "Empty", Value: "" }];
  const tags = await automation.tags(ID, abort);
  assert.ok(tags.kind === "read");
  assert.deepEqual(Object.entries(tags.tags), [
    ["Team", "dba"],
    ["__proto__", "x"],
    ["Empty", ""],
  ]);
});

test("a reply without a runbook is a failed read of its defaults, and no runbook without parameters", async (t) => {
  const contents = [undefined, null, 7, {}, "", "[]", "text", '{"parameters": []}', '{"parameters": "many"}'];
  let Content: unknown;
  const server = await rawServer(t, (_, response) => {
    response.writeHead(200, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify({ Content }));
  });
  const automation = automationAt(t, server.url);
  const { signal: abort } = new AbortController();
  for (const [index, each] of contents.entries()) {
    Content = each;
    const defaults = await automation.defaults(`Doc${index}`, "1", abort);
    assert.equal(defaults.kind === "failed" && defaults.retry, true, JSON.stringify(each));
  }
  Content = '{"mainSteps": []}';
  assert.equal((await automation.defaults("Doc", "1", abort)).kind, "read");
});

test("the adapter stops reading a list or an execution that never ends", async (t) => {
  const server = await rawServer(t, (_, response) => {
    const endless = {
      AutomationExecutionMetadataList: [],
      StepExecutions: [],
      NextToken: "again",
      ...execution({ StepExecutionsTruncated: true }),
    };
    response.writeHead(200, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(endless));
  });
  const automation = automationAt(t, server.url);
  const { signal: abort } = new AbortController();
  const listing = await automation.listWaiting(abort);
  assert.equal(listing.kind === "failed" && listing.code, "MalformedAnswer");
  const result = await automation.read(ID, abort);
  assert.equal(result.kind === "failed" && result.code, "MalformedAnswer");
  assert.ok(server.requests.length < 20, `${server.requests.length} calls`);
});
