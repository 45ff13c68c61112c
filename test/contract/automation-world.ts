import type { TestContext } from "node:test";
import type { AssumptionValues } from "../../sandbox/aws/assumptions.ts";
import type { Clock } from "../../src/app/ports/aws.ts";
import { makeAutomation } from "../../src/aws/automation.ts";
import { systemClock } from "../../src/ops/clock.ts";
import { TARGET } from "../support/fakes.ts";
import { type AwsWorld, awsWorld, BOT_ROLE, gate, KEYS } from "./aws-world.ts";

export const ANY_TIME = Number.POSITIVE_INFINITY;

/** Makes the shipped adapter, which finds AWS through the variables of the SDK. */
export function automationAt(t: TestContext, endpoint: string, clock: Clock = systemClock) {
  const { bot } = KEYS;
  const ours = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: bot.accessKeyId,
    AWS_SECRET_ACCESS_KEY: bot.secretAccessKey,
  };
  const before = Object.fromEntries(Object.keys(ours).map((name) => [name, process.env[name]]));
  Object.assign(process.env, ours);
  const automation = makeAutomation(TARGET, clock);
  t.after(() => {
    automation.close();
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
  return automation;
}

export async function setUp(t: TestContext, assumptions: Partial<AssumptionValues> = {}) {
  const aws = await awsWorld({ assumptions });
  t.after(() => aws[Symbol.asyncDispose]());
  const automation = automationAt(t, aws.sandbox.url);
  const { signal: abort } = new AbortController();
  const calls = async (operation: string) => (await aws.control(`requests?operation=${operation}`)).requests;
  return { aws, automation, abort, calls };
}

export async function plantGates(aws: AwsWorld, count: number) {
  const seeded = await aws.control("seed", {
    documents: [
      {
        name: "Gate",
        content: { schemaVersion: "0.3", mainSteps: [gate("approve", [BOT_ROLE], {}, { Message: "Go?" })] },
      },
    ],
    executions: [{ document: "Gate", count }],
  });
  aws.settle();
  return seeded;
}
