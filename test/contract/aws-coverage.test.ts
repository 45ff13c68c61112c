import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { assumptionsSchema } from "../../sandbox/aws/assumptions.ts";
import { coverage } from "../../sandbox/aws/coverage.ts";
import { makeRoutes } from "../../sandbox/aws/routes.ts";
import { makeStandIn } from "../../sandbox/aws/stand-in.ts";
import { unknowns } from "../../sandbox/aws/unknowns.ts";
import { makeSandboxClock } from "../../sandbox/wire/clock.ts";
import { awsWorld } from "./aws-world.ts";

const routes = [...makeRoutes(makeStandIn(makeSandboxClock())).values()];
const name = ({ service, operation }: { service: string; operation: string }) => `${service}:${operation}`;

test("the coverage list contains each operation once", () => {
  assert.equal(new Set(coverage.map(name)).size, coverage.length);
});

test("the routes are the operations that the coverage list calls supported or partial, and no others", () => {
  const listed = coverage.filter(({ state }) => state !== "not started").map(name);
  assert.deepEqual(listed.toSorted(), routes.map(name).toSorted());
});

test("each partial operation has a note about the missing parts", () => {
  assert.deepEqual(
    coverage.filter(({ state, note }) => state === "partial" && note === ""),
    [],
  );
});

test("an operation that is not started gets the reply to an unknown operation", async () => {
  await using aws = await awsWorld();
  for (const { service, operation } of coverage.filter(({ state }) => state === "not started")) {
    const prefix = { ssm: "AmazonSSM", events: "AWSEvents", sqs: "AmazonSQS", sts: "" }[service];
    const version = service === "sqs" ? "1.0" : "1.1";
    const response =
      service === "sts"
        ? await fetch(aws.sandbox.url, {
            method: "POST",
            body: new URLSearchParams({ Action: operation, Version: "2011-06-15" }),
          })
        : await fetch(aws.sandbox.url, {
            method: "POST",
            headers: { "content-type": `application/x-amz-json-${version}`, "x-amz-target": `${prefix}.${operation}` },
            body: "{}",
          });
    assert.equal(response.status, 400, operation);
    assert.match(await response.text(), /UnknownOperationException|InvalidAction/, operation);
  }
});

test("each setting of the assumptions appears in the unknowns, and each setting there exists", () => {
  const switches = unknowns.flatMap((unknown) => unknown.switch ?? []);
  assert.deepEqual(switches.toSorted(), Object.keys(assumptionsSchema.shape).toSorted());
});

test("each setting of the assumptions has a contract test that sets it", () => {
  const files = readdirSync("test/contract").filter((file) => /^(aws-|verify-aws).*\.test\.ts$/.test(file));
  const tests = files.map((file) => readFileSync(`test/contract/${file}`, "utf8")).join("");
  const untested = Object.keys(assumptionsSchema.shape).filter((each) => !new RegExp(`\\b${each}\\b`).test(tests));
  assert.deepEqual(untested, []);
});

test("each unknown has a unique topic, an assumption and a reason", () => {
  assert.equal(new Set(unknowns.map(({ topic }) => topic)).size, unknowns.length);
  for (const { topic, assumption, reason } of unknowns) assert.ok(assumption && reason, topic);
});
