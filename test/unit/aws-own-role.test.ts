import assert from "node:assert/strict";
import { test } from "node:test";
import { ownRole } from "../../src/aws/identity.ts";

test("a session stands for its role, in every partition; what is no role's session stays as it is", () => {
  assert.equal(ownRole("arn:aws:sts::111122223333:assumed-role/Bot/i-0abc"), "arn:aws:iam::111122223333:role/Bot");
  assert.equal(
    ownRole("arn:aws-us-gov:sts::111122223333:assumed-role/Bot/x@example.com"),
    "arn:aws-us-gov:iam::111122223333:role/Bot",
  );
  for (const arn of ["arn:aws:iam::111122223333:user/bot", "arn:aws:sts::111122223333:federated-user/bot"])
    assert.equal(ownRole(arn), arn);
});
