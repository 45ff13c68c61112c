import assert from "node:assert/strict";
import { test } from "node:test";
import { explain, makeIdRenderer } from "../../src/app/admin/policy-explain.ts";
import type { DeclaredParameters } from "../../src/app/ports/aws.ts";
import { denialSentence } from "../../src/core/denial.ts";
import { MASK } from "../../src/core/mask.ts";
import type { Approvers, Route } from "../../src/core/policy.ts";
import { findRequester, type Requester } from "../../src/core/requester.ts";
import { describeRequesterRule } from "../../src/core/requester-rule.ts";
import type { Uncovered } from "../../src/core/uncovered.ts";
import { mentions } from "../../src/slack/messages/mentions.ts";
import { requestMessage } from "../../src/slack/messages/request-message.ts";
import { stepWithoutIdMessage } from "../../src/slack/messages/undecidable-step.ts";
import { visibleText } from "../support/block-limits.ts";
import { ASKED, blockText, closedBy, deadlineToken, MINUTE, ROUTE, token, view } from "./messages-examples.ts";
import { assertShown, SURFACES, type Surface } from "./surfaces.ts";

test("every surface names the same approvers, whatever kind they are", () => {
  const members: Approvers = { users: [], groups: [], channel: "members" };
  const table: [Approvers, string, string][] = [
    [{ users: ["U0JANE"], groups: [] }, "<@U0JANE>", "U0JANE"],
    [{ users: [], groups: ["S0DBA"] }, "<!subteam^S0DBA>", "members of S0DBA"],
    [{ users: ["U0JANE"], groups: ["S0DBA"] }, "<@U0JANE> or <!subteam^S0DBA>", "U0JANE or members of S0DBA"],
    [{ ...members }, "members of <#C0PROD> and <#C0B>", "members of C0PROD and C0B"],
    [
      { ...members, users: ["U0JANE", "U0JOE"] },
      "<@U0JANE>, <@U0JOE> or members of <#C0PROD> and <#C0B>",
      "U0JANE, U0JOE or members of C0PROD and C0B",
    ],
  ];
  for (const [approvers, mentioned, plain] of table) {
    const of = view({}, [], { ...ROUTE, approvers, channels: ["C0PROD", "C0B"] });
    assertShown("approvers", of, ({ ids }) => [ids === "plain" ? plain : mentioned]);
  }
});

test("every surface names the gate of a runbook with several gates, and no gate of a runbook with one", () => {
  assertShown("gate", view({ facts: { gate: 2, gates: 3 } }), () => ["gate 2 of 3"]);
  for (const { render } of Object.values(SURFACES)) assert.doesNotMatch(render({ ...view(), route: ROUTE }), /gate 1/);
});

test("every surface names the iteration of a loop with its value, and the target of rate control", () => {
  const shown = ({ ids }: Surface, words: string) => [ids === "plain" ? words.replaceAll("`", "") : words];
  const loops = [{ name: "perHost", iteration: 2, value: "host b" }];
  assertShown("run", view({ facts: { loops } }), (on) => shown(on, "iteration 2 of the loop perHost: `host b`"));
  const rateControl = { parameter: "InstanceId", target: "i-0123456789abcdef0" };
  assertShown("run", view({ facts: { rateControl } }), () => [
    "part of a rate-controlled run, for InstanceId i-0123456789abcdef0",
  ]);
  for (const { render } of Object.values(SURFACES))
    assert.doesNotMatch(render({ ...view(), route: ROUTE }), /iteration|rate control/);
});

test("every surface names the parent execution, its first values and its requester, or says that it could not be read", () => {
  const value = (name: string, text: string) => ({ name, values: [text], masked: text === MASK, isDefault: null });
  const parameters = [value("Stage", "prod"), value("Token", MASK), value("Note", "a b"), value("More", "x")];
  const executedBy = "arn:aws:iam::111122223333:user/omar";
  const parents = [{ executionId: "p", documentName: "Release", executedBy, parameters }];
  const of = view({ facts: { parents } });
  assertShown("run", of, ({ short, ids }) =>
    ids === "plain"
      ? ["child of Release"]
      : short
        ? []
        : ["child of `Release`: Stage prod, Token (hidden), Note `a b`, 1 more"],
  );
  assertShown("requester", of, () => ["`omar` through `Deployer/run-7`"]);
  assert.match(requestMessage(of).text, /Started by omar/);
  const unread = view({ facts: { parents: [], parentsUnread: "AccessDeniedException" } });
  assertShown("requester", unread, () => ["an unknown requester through `Deployer/run-7`"]);
  for (const name of ["message", "Details", "App Home", "pending", "show", "digest"])
    assert.match(
      SURFACES[name]?.render({ ...unread, route: ROUTE }) ?? "",
      /could not read the execution that started this one/,
      name,
    );
  const details = SURFACES.Details?.render({ ...of, route: ROUTE }) ?? "";
  for (const words of ["Parameters of its parent Release", "More :  x", "Started by execution:* `p`"])
    assert.ok(details.includes(words), details);
});

test("every surface names the runbook, the step and the target with its account and Region", () => {
  const words = ["Prod-DB-Failover", "ApproveFailover", "production (1111-2222-3333, us-east-1)"];
  assertShown("heading", view(), ({ short }) => (short ? ["Prod-DB-Failover in production"] : words));
});

test("every surface names the requester as ExecutedBy does, and as a person where the configuration names one", () => {
  assertShown("requester", view(), () => ["`Deployer/run-7`"]);
  const of = (more: Partial<Requester>) => ({ ...view(), requester: { ...view().requester, ...more } });
  assertShown("requester", of({ userIds: ["U0JOE"] }), () => ["<@U0JOE> (`Deployer/run-7`)"]);
  assertShown("requester", of({ candidates: ["U0JOE"] }), () => ["`Deployer/run-7`, perhaps <@U0JOE>"]);
});

test("every surface names a listed person whose account was inactive as nobody's requester, and says why", () => {
  const executedBy = "arn:aws:iam::111122223333:user/joe";
  const route = { ...ROUTE, selfApproval: false, whenRequesterUnknown: "deny-people" as const };
  const of = view({ facts: { executedBy }, listedAccounts: { U0JOE: "inactive" } }, [], route);
  const joes = { ...of, requester: findRequester(of.request, { U0JOE: [executedBy] }) };
  assertShown("requester", joes, () => ["`joe`"]);
  assertShown("requester rule", joes, ({ ids }) => [
    `${ids === "plain" ? "identities lists U0JOE" : "`identities` lists <@U0JOE>"}, whose account is deactivated, gone or a bot`,
  ]);
});

test("every surface states the rule that applies to the approvals of an unknown requester, and its setting", () => {
  const rules = ["allow", "deny", "deny-people"] as const;
  for (const executedBy of ["arn:aws:iam::111122223333:user/omar", view().request.facts.executedBy]) {
    for (const whenRequesterUnknown of rules) {
      const route = { ...ROUTE, selfApproval: false, whenRequesterUnknown };
      const of = view({ facts: { executedBy } }, [], route);
      assertShown("requester rule", of, ({ ids, isSentence }) => {
        const rule = describeRequesterRule(
          route,
          of.requester,
          ids === "plain" ? makeIdRenderer(new Map()) : mentions(),
        );
        assert.match(rule ?? "", new RegExp(`whenRequesterUnknown: ${whenRequesterUnknown}\\W`));
        return [isSentence ? (rule ?? "").replace(/[a-z]/, (first) => first.toUpperCase()) : (rule ?? "")];
      });
    }
  }
});

test("every surface shows the same deadline, and marks one that AWS did not return as presumed", () => {
  assertShown("deadline", view(), () => [token(ASKED + 60 * MINUTE)]);
  const presumed = `${deadlineToken(ASKED + 7 * 24 * 60 * MINUTE).replace(/\)$/, "")}; AWS returned no time limit: this is AWS's default)`;
  assertShown("deadline", view({ facts: { timeoutSeconds: null } }), () => [presumed]);
});

test("every surface starts with the warnings of the target and of the route", () => {
  const of = view({ facts: { targetWarning: "MANAGEMENT ACCOUNT" } }, [], { ...ROUTE, warning: "IRREVERSIBLE" });
  assertShown("warning", of, () => ["MANAGEMENT ACCOUNT", "IRREVERSIBLE"]);
  for (const [name, { facts, render }] of Object.entries(SURFACES)) {
    const text = render({ ...of, route: of.route ?? ROUTE });
    const [before = ""] = text.split("MANAGEMENT ACCOUNT");
    const question = before.includes(of.request.facts.message ?? "") || before.includes("started by");
    assert.ok(!facts.includes("warning") || !question, `${name}: ${text}`);
  }
  const alike = view({ facts: { targetWarning: "SAME" } }, [], { ...ROUTE, warning: "SAME" });
  assert.equal(blockText(alike, "warning-r-1").split("SAME").length, 2);
});

test("no surface offers a decision on a route that only informs, and each one names the place of the decision", () => {
  const of = { ...view(), route: { ...ROUTE, decide: "elsewhere" as const } };
  const { blocks } = requestMessage(of);
  const actions = blocks.flatMap((each) => (each.type === "actions" ? each.elements : []));
  assert.deepEqual(
    actions.map(({ action_id }) => action_id),
    ["details"],
  );
  assert.match(visibleText(blocks), /For information only.*Decide in AWS: <https:/);
  for (const name of ["Details", "App Home", "pending", "show"])
    assert.match(SURFACES[name]?.render(of) ?? "", /For information only.*(AWS console|in AWS)/, name);
  assert.match(SURFACES.digest?.render(of) ?? "", /for information only/);
});

test("every surface that links to the AWS console uses the configured address", () => {
  const consoleUrl = "https://sso.example.com/?account=1&to=x";
  const of = { ...view({ facts: { consoleUrl } }), route: ROUTE };
  const ended = { ...view({ ...closedBy({}), facts: { consoleUrl } }), route: ROUTE };
  const texts = Object.entries(SURFACES).map(([name, { render }]) => [name, render(of)] as [string, string]);
  texts.push(["ended", visibleText(requestMessage(ended).blocks)]);
  const step = { ...of.request, documentName: "D", stepName: "s", consoleUrl };
  texts.push(["step without id", visibleText(stepWithoutIdMessage(step).blocks)]);
  for (const [name, text] of texts) assert.doesNotMatch(text, /console\.aws\.amazon\.com/, name);
  const linking = texts.filter(([, text]) => text.includes("<https://sso.example.com/?account=1&amp;to=x|"));
  for (const name of [
    "message",
    "Details",
    "App Home",
    "pending",
    "show",
    "break-glass notice",
    "step without id",
    "ended",
  ])
    assert.ok(
      linking.some(([each]) => each === name),
      name,
    );
});

const UNCOVERED: [uncovered: Uncovered, why: RegExp, fix: RegExp][] = (
  [
    [
      "values",
      /the values of parameter .?Environment.? do not all select the same route/,
      /one execution for each value/,
    ],
    ["spelling", /case and white space in parameter .?Environment/, /as the policy writes it/],
    ["empty", /parameter .?Environment.? is an empty list/, /with a value for the parameter/],
    ["reference", /parameter .?Environment.? contains/, /with the value itself/],
    ["unknown", /AWS did not return the default \(.?AccessDeniedException.?\)/, /Allow the bot .?ssm:GetDocument/],
    ["owner", /AWS names the runbook without its account/, /from the runbook's ARN to its name/],
  ] as const
).map(([reason, why, fix]) => [
  {
    reason,
    condition: "parameters.Environment",
    route: "databases",
    otherRoute: "everything else",
    ...(reason === "unknown" ? { error: "AccessDeniedException" } : {}),
  },
  why,
  fix,
]);

test("every surface names both routes of a request to which neither applies, and admins get the fix", () => {
  for (const [uncovered, why, fix] of UNCOVERED) {
    const of = { ...view({ route: null, facts: { uncovered } }, [], null), route: null as unknown as Route };
    const denial = { kind: "no-route", route: null, uncovered, page: null } as const;
    for (const name of ["Details", "pending", "App Home", "show", "no-route notice", "denial"]) {
      const text = name === "denial" ? denialSentence(denial, mentions()) : (SURFACES[name]?.render(of) ?? "");
      for (const pattern of [why, /route .?databases.? (or|and) route .?everything else/])
        assert.match(text, pattern, `${name}: ${uncovered.reason}`);
      if (name === "no-route notice") assert.match(text, fix);
    }
  }
});

test("policy explain shows the same result for an execution as the bot", () => {
  const route = (name: string, ...values: string[]): Route => ({
    ...ROUTE,
    name,
    match: values.length === 0 ? {} : { parameters: { Environment: values } },
  });
  const policy = { routes: [route("databases", "prod"), route("everything else")], identities: {} };
  const read: DeclaredParameters = { kind: "read", defaults: { Environment: ["prod"] }, allowedValues: {} };
  const text = (values: string[] | null, declared: NonNullable<Parameters<typeof explain>[2]>["declared"] = read) => {
    const parameters: Record<string, string[]> = values === null ? {} : { Environment: values };
    const defaults = declared?.kind === "read" ? declared.defaults : null;
    return explain(policy, { ...FACTS_OF_EXECUTION, parameters, defaults }, { declared }).lines.join("\n");
  };
  assert.match(text(null), /Route "databases" matches\./);
  assert.match(
    text(["prod", "dev"]),
    /do not all select the same route \(route databases or route everything else\)\..*admins/,
  );
  assert.match(text(["prod", "dev"]), /Fix: Start one execution for each value/);
  assert.match(
    text(["prod"]),
    /Warning: parameter Environment decides the route, and the runbook declares no allowedValues/,
  );
  const restricted = { ...read, allowedValues: { Environment: ["prod", "dev"] } };
  assert.doesNotMatch(text(["prod"], restricted), /Warning/);
  const failed = { kind: "failed", code: "AccessDeniedException", message: "No", retry: false, since: 0 } as const;
  assert.match(
    text(null, failed),
    /AWS did not return the default \(AccessDeniedException\)[\s\S]*Fix: Allow the bot ssm:GetDocument/,
  );
  assert.match(text(null, null), /Add the missing options, for example --step or --parameter, for a definite answer\./);
});

const FACTS_OF_EXECUTION = {
  document: "Prod-DB-Failover",
  target: "production",
  account: "111122223333",
  region: "us-east-1",
  step: "approve",
  startedBy: "arn:aws:iam::111122223333:user/rosa",
};
