import assert from "node:assert/strict";
import { test } from "node:test";
import { SSMClient } from "@aws-sdk/client-ssm";
import { makeHarmlessExecutions } from "../../src/aws/verify/harmless-executions.ts";
import { systemClock } from "../../src/ops/clock.ts";

for (const partition of ["aws", "aws-us-gov", "aws-cn"])
  test(`the approvers of harmless runbooks are in the partition of the caller: ${partition}`, async () => {
    const account = "111122223333";
    const ssm = new SSMClient({ region: "us-east-1" });
    const { runbooks } = await makeHarmlessExecutions({
      ssm,
      caller: `arn:${partition}:iam::${account}:user/admin`,
      account,
      clock: systemClock,
      signal: new AbortController().signal,
    });
    const partitions = Object.values(runbooks).flatMap(({ content }) =>
      [...content.matchAll(/arn:([\w-]+):iam/g)].map(([, each]) => each),
    );
    assert.deepEqual(new Set(partitions), new Set([partition]));
  });
