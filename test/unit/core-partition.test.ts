import assert from "node:assert/strict";
import { test } from "node:test";
import { toPartition } from "../../src/core/partition.ts";

test("the ARNs of a Region begin with the partition that AWS documents for it", () => {
  const partitions = {
    "us-east-1": "aws",
    "eu-central-1": "aws",
    "ca-west-1": "aws",
    "ap-southeast-1": "aws",
    "cn-north-1": "aws-cn",
    "cn-northwest-1": "aws-cn",
    "us-gov-west-1": "aws-us-gov",
    "us-iso-east-1": "aws-iso",
    "us-isob-east-1": "aws-iso-b",
    "us-isof-south-1": "aws-iso-f",
    "eu-isoe-west-1": "aws-iso-e",
    "eusc-de-east-1": "aws-eusc",
  };
  const found = Object.fromEntries(Object.keys(partitions).map((region) => [region, toPartition(region)]));
  assert.deepEqual(found, partitions);
});
