import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { AMAZON_RUNBOOKS } from "../../sandbox/aws/amazon-runbooks.ts";
import { assumptionsSchema } from "../../sandbox/aws/assumptions.ts";
import { seededKeys } from "../../sandbox/aws/identity/seeded-identities.ts";
import { awsWorld } from "./aws-world.ts";

const readme = readFileSync(new URL("../../sandbox/aws/README.md", import.meta.url), "utf8");

test("the README lists each seeded key with its secret", () => {
  for (const { accessKeyId, secretAccessKey } of seededKeys) {
    const row = readme.split("\n").find((line) => line.startsWith("|") && line.includes(`\`${accessKeyId}\``));
    assert.ok(row?.includes(`\`${secretAccessKey}\``), accessKeyId);
  }
});

test("the README calls the aws CLI with --endpoint-url, and says why", () => {
  assert.match(readme, /^alias aws="aws --endpoint-url http:\/\/localhost:4566"$/m);
  assert.match(
    readme,
    /Keep `--endpoint-url`: AWS CLI versions before 2\.13 ignore `AWS_ENDPOINT_URL` and call real AWS\./,
  );
});

test("each control route in the README exists", async () => {
  await using aws = await awsWorld({ seed: true });
  const [, table = ""] = readme.split("## `/_control/`");
  const routes = [...table.matchAll(/`(GET|POST) ([a-z/-]+)/g)].map(([, method, path]) => [method ?? "", path ?? ""]);
  assert.ok(routes.length > 12);
  for (const [method = "", path = ""] of routes.filter(([, each]) => each !== "events" && each !== "executions/")) {
    const response = await fetch(`${aws.sandbox.url}/_control/${path}`, {
      method,
      ...(method === "POST" ? { body: "!" } : {}),
    });
    assert.notEqual(response.status, 404, `${method} ${path}`);
    assert.notEqual(response.status, 500, `${method} ${path}`);
  }
});

test("the setting in the README's example is one of the assumptions", () => {
  assert.ok(Object.keys(assumptionsSchema.shape).includes("parentOfWaitingChild"));
});

test("the README lists each of Amazon's runbooks that the stand-in simulates, and no other", () => {
  const [, section = ""] = readme.split("## Amazon's runbooks");
  const [list = ""] = section.split("## Callers");
  assert.deepEqual([...list.matchAll(/`(AWS-\w+)`/g)].map(([, name]) => name).sort(), AMAZON_RUNBOOKS.toSorted());
});
