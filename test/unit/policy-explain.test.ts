import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { explain, makeIdRenderer } from "../../src/app/admin/policy-explain.ts";
import { EXPLANATION_NAMES, explanationReply } from "../../src/slack/messages/answers-for-admins.ts";
import { findProblems, formattedTexts, visibleText } from "../support/block-limits.ts";
import { aRoute } from "../support/samples.ts";
import { hostile, MARK, MENTIONABLE } from "./hostile-arbitraries.ts";

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
  assert.match(explain(policy, subject).lines.join("\n"), /No approval counts until Slack returns the owner/);
  const owners = { "rosa@example.com": { kind: "person", userId: "U0ROSA" } } as const;
  const known = explain(
    { ...policy, request: { addressOwners: owners, listedAccounts: {}, state: "open" } },
    subject,
  ).lines.join("\n");
  assert.match(known, /U0ROSA started it and may not approve it\./);
  assert.doesNotMatch(known, /counts until/);
});

const inSlack = (lines: string[], count = 1) => {
  const parts = Array.from({ length: count }, () => ({ step: "approve", lines }));
  return explanationReply({ executionId: "4f2a91c7", parts, more: 0, unread: null });
};

test("policy explain says that a route only informs, and names no approvers of it", () => {
  const routes = [aRoute({ match: {}, decide: "elsewhere", channels: ["C0DBA"] })];
  const { lines } = explain({ routes, identities: {} }, { parameters: {}, defaults: {} });
  assert.deepEqual(lines.slice(1), [
    "  Posted in C0DBA.",
    "  For information only: people decide it in AWS, not in Slack.",
  ]);
});

test("in Slack, the explanation of a long policy ends with the route that applies", () => {
  const routes = Array.from({ length: 80 }, (_, index) =>
    aRoute({ name: `route ${index}`, match: index === 79 ? {} : { document: `Prod-${index}-*` } }),
  );
  const { lines } = explain({ routes, identities: {} }, { document: "Web", parameters: {}, defaults: {} });
  for (const count of [1, 10]) {
    const reply = inSlack(lines, count);
    assert.deepEqual(findProblems(reply, "message", new Set(["U0JANE", "S0DBA", "C0DBA"])), []);
    assert.match(visibleText(reply.blocks), /Not shown: \d+ earlier lines\..*"route 79".* matches.*May decide/s);
  }
});

test("no value or name in an explanation formats or mentions anything in Slack", () => {
  const text = hostile(300);
  const known = { channels: ["C0PROD"], approvers: { users: ["U0JANE"], groups: ["S0DBA"] } };
  fc.assert(
    fc.property(text, text, text, text, text, (name, parameter, value, glob, startedBy) => {
      const match = { document: glob, parameters: { [parameter]: [glob] }, tags: { [parameter]: [glob] } };
      const routes = [
        aRoute({ ...known, name, match }),
        aRoute({ ...known, name, match: { parameters: { [parameter]: [glob] } } }),
      ];
      const parameters = { [parameter]: [value, `${value}2`] };
      const subject = { document: value, parameters, defaults: null, tags: { [parameter]: value }, startedBy };
      const declared = { kind: "read", defaults: {}, allowedValues: {} } as const;
      const show = EXPLANATION_NAMES;
      for (const list of [routes, [...routes, aRoute({ ...known, match: {} })]]) {
        const { lines } = explain({ routes: list, identities: {} }, subject, { declared, show });
        const reply = inSlack(lines);
        assert.deepEqual(findProblems(reply, "message", MENTIONABLE), []);
        assert.ok(!formattedTexts(reply.blocks).join().includes(MARK));
      }
    }),
  );
});
