import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { systemClock } from "../../src/ops/clock.ts";
import { rawServer } from "../support/raw-server.ts";
import { automationAt } from "./automation-world.ts";

/** A list of 50 values of 512 characters, the limits of AWS's API model for a parameter. */
const LIST = JSON.stringify(Array.from({ length: 50 }, (_, value) => `${value}-`.repeat(256).slice(0, 512)));

for (const [size, inputs, least, most] of [
  ["small", 1, 0, 0],
  ["large", 40, 10, 40],
] as const)
  test(`the adapter lets the event loop turn ${most === 0 ? "at no time" : "often"} while it decodes a ${size} execution`, async (t) => {
    let turns = 0;
    const turn = () => {
      turns++;
      return systemClock.turn();
    };
    const id = randomUUID();
    const Inputs = Object.fromEntries(Array.from({ length: inputs }, (_, name) => [`Input${name}`, LIST]));
    const StepExecutions = [{ StepName: "run", StepStatus: "Waiting", Inputs }];
    const execution = { AutomationExecutionId: id, AutomationExecutionStatus: "Waiting", StepExecutions };
    const aws = await rawServer(t, (_, response) => {
      response.setHeader("content-type", "application/x-amz-json-1.1");
      response.end(JSON.stringify({ AutomationExecution: execution }));
    });
    const automation = automationAt(t, aws.url, { ...systemClock, turn });
    const reading = await automation.read(id, new AbortController().signal);
    assert.ok(reading.kind === "read");
    assert.deepEqual(reading.execution.steps[0]?.inputs.Input0, JSON.parse(LIST));
    assert.ok(turns >= least && turns <= most, `${turns} turns`);
  });
