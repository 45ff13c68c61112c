import assert from "node:assert/strict";
import { test } from "node:test";
import { explain, makeIdRenderer } from "../../src/app/admin/policy-explain.ts";
import { aRoute } from "../support/samples.ts";

test("policy explain says why a route does not match, and shows names before IDs", () => {
  const match = { document: "Prod-*", parameters: { Environment: ["prod", "prod-*"], Team: ["dba"] } };
  const routes = [
    aRoute({ name: "databases", match }),
    aRoute({ name: "all", channels: ["C0DBA"], approvers: { users: ["U0JANE"], groups: ["S0DBA"] } }),
  ];
  const subject = { document: "Web", parameters: { Environment: ["test", "dev"], Team: ["web"] }, defaults: {} };
  const names = new Map([
    ["U0JANE", "Jane Ito"],
    ["C0DBA", "#dba"],
  ]);
  const { lines } = explain({ routes, identities: {} }, subject, { show: makeIdRenderer(names) });
  assert.equal(
    lines[0],
    'Route "databases" does not match: document is "Web", not "Prod-*"; parameters.Environment is "test" and "dev", not "prod" or "prod-*"; parameters.Team is "web", not "dba".',
  );
  assert.match(
    lines.join("\n"),
    /Posted in #dba \(C0DBA\)\.\n {2}May decide: Jane Ito \(U0JANE\) or members of S0DBA\./,
  );
});

test("the owner of the address in the request is named; without a request, approvals wait for the owner", () => {
  const subject = {
    ...({ document: "Prod-DB-Restart", target: "production", account: "111122223333", region: "us-east-1" } as const),
    ...{ step: "approve", parameters: {}, defaults: {}, tags: null },
    startedBy: "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Operator_0123456789abcdef/rosa@example.com",
  };
  const policy = { routes: [aRoute({ match: {}, selfApproval: false })], identities: {} };
  assert.match(explain(policy, subject).lines.join("\n"), /Approvals wait until Slack returns the owner/);
  const owners = { "rosa@example.com": { kind: "person", userId: "U0ROSA" } } as const;
  const known = explain({ ...policy, owners }, subject).lines.join("\n");
  assert.match(known, /U0ROSA started it and may not approve it\./);
  assert.doesNotMatch(known, /wait until/);
});
