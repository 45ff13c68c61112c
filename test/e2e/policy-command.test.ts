import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type CliResult, runCli } from "../support/cli.ts";
import { fullMatrixTest } from "../support/full-matrix.ts";
import { BOT_ROLE, type World, world } from "../support/world.ts";

const GOOD = `
routes:
  - name: databases
    match: { document: "Prod-DB-*", parameters: { Environment: [prod] } }
    channels: [C0PRODDBA]
    approvers: { users: [U0JANE], groups: [S0DBA] }
    quorum: 2
    whenRequesterUnknown: deny
  - name: the rest
    channels: [C0APPROVALS]
    approvers: { channel: members }
    selfApproval: true
admins: { users: [U0ADMIN] }
identities: { U0JANE: ["arn:aws:iam::111122223333:user/jane"] }
`;

const BAD = `
routes:
  - name: everything
    channels: [C0NOSUCH, C0OLD, C0RANDOM]
    approvers: { users: [U0EVE, U0GONE, U0NOBODY], groups: [S0FORMER, S0NOSUCH, S0DBA] }
  - name: too late
    match: { document: "Prod-*" }
    channels: [C0APPROVALS]
    approvers: { users: [U0JANE] }
`;

async function policy(w: World, file: string, ...args: string[]): Promise<CliResult> {
  const path = join(w.folder, "policy.yml");
  writeFileSync(path, file);
  return runCli({ ...w.environment, COUNTERSIGN_CONFIG: path }, "policy", ...args);
}

test("policy check and policy explain show what the configuration means, and end with a code that scripts can use", async (t) => {
  const w = await world(t, { start: false });

  await t.test("a policy whose IDs all exist in Slack is OK", async () => {
    const { code, text } = await policy(w, GOOD, "check");
    assert.equal(code, 0, text);
    assert.match(text, /The policy is OK: 2 routes, and every person/);
    assert.match(
      text,
      /policy\.yml:\d+ route "the rest" routes\[1\]\n {2}Warning: Route "the rest" is laxer than route "databases" \(quorum 1 instead of 2/,
    );
    assert.match(
      text,
      /Not checked: the values that requesters can write for Environment\. .* The bot needs ssm:GetDocument/,
    );
  });
  await t.test("a route that names a runbook is compared with its allowedValues", async () => {
    await w.run({
      schemaVersion: "0.3",
      parameters: { Environment: { type: "String", default: "prod", allowedValues: ["staging", "prod"] } },
      mainSteps: [{ name: "wait", action: "aws:sleep", inputs: { Duration: "PT1S" } }],
    });
    const named = GOOD.replace("Prod-DB-*", "Test-Runbook").replace("[prod]", "[prod, production]");
    const { code, text } = await policy(w, named, "check");
    assert.equal(code, 0, text);
    assert.match(
      text,
      /match\.parameters\.Environment production\n {2}Warning: This matches none .*: "staging", "prod"\./,
    );
    assert.doesNotMatch(text, /Not checked/);
  });
  await t.test("a missing tag that leads to a laxer route is a warning", async () => {
    const { code, text } = await policy(
      w,
      GOOD.replace("parameters: {", "tags: { Team: [dba] }, parameters: {"),
      "check",
    );
    assert.equal(code, 0, text);
    assert.match(text, /Warning: .*laxer than route "databases".*if tag Team is missing.*aws:RequestTag/s);
  });

  await t.test("each ID that Slack does not know, and each unreachable route, is reported with its path", async () => {
    const { code, text } = await policy(w, BAD, "check");
    assert.equal(code, 1);
    for (const pattern of [
      /routes\[0\]\.channels C0NOSUCH\n {2}There is no such channel/,
      /routes\[0\]\.channels C0OLD\n {2}The channel #\S+ is archived/,
      /policy\.yml:4 route "everything" routes\[0\]\.channels C0RANDOM\n {2}The bot is not in #random\. In that channel, type \/invite @Countersign\./,
      /routes\[0\]\.approvers\.users U0EVE\n {2}.* is a member of another workspace and can never decide/,
      /routes\[0\]\.approvers\.users U0GONE\n {2}.* is a deactivated account/,
      /routes\[0\]\.approvers\.users U0NOBODY\n {2}There is no such person/,
      /routes\[0\]\.approvers\.groups S0FORMER\n {2}The user group @\S+ is disabled/,
      /routes\[0\]\.approvers\.groups S0NOSUCH\n {2}There is no such user group/,
      /policy\.yml:6 route "too late" routes\[1\]\n {2}Route "too late" is unreachable: the earlier route "everything" already matches/,
    ])
      assert.match(text, pattern);
    assert.doesNotMatch(text, /S0DBA|U0JANE/);
  });
  await t.test("policy explain says which IDs have no name, and why", async () => {
    const request = ["explain", "--document", "Web", "--target", "default"];
    assert.doesNotMatch((await policy(w, GOOD, ...request)).text, /no name/);
    const missing = await policy(w, GOOD.replace("U0JANE]", "U0NOBODY]"), ...request);
    assert.match(missing.text, /^Slack returned no name for these IDs: U0NOBODY\. Slack refused: user_not_found\./m);
    const slackless = { ...w, environment: { ...w.environment, SLACK_BOT_TOKEN: undefined } };
    const { code, text } = await policy(slackless, GOOD, ...request);
    assert.equal(code, 0, text);
    assert.match(text, /^The output shows IDs without names: .* the command cannot call Slack\. SLACK_BOT_TOKEN: /m);
  });
  await t.test("an invalid file ends with 2", async () => {
    const { code, text } = await policy(w, GOOD.replace("quorum: 2", "quorum: 0"), "check");
    assert.equal(code, 2);
    assert.match(text, /quorum is at least 1/);
  });
  await t.test("an execution is read from AWS, and each of its gates explained", async () => {
    const id = await w.run(
      `
schemaVersion: "0.3"
mainSteps:
  - { name: first, action: "aws:approve", inputs: { Message: a, Approvers: ["${BOT_ROLE}"] } }
parameters: { Environment: { type: StringList } }
`,
      { parameters: { Environment: ["prod", "dev"] } },
    );
    const { code, text } = await policy(w, GOOD, "explain", id);
    assert.equal(code, 0, text);
    assert.match(text, /Test-Runbook, step first, in default, account 111122223333, us-east-1:/);
    assert.match(text, /Route "the rest" matches/);
    const test = await policy(w, GOOD.replace("Prod-DB-*", "Test-*"), "explain", id);
    assert.equal(test.code, 1, test.text);
    assert.match(
      test.text,
      /Warning: parameter Environment decides the route, and the runbook declares no allowedValues/,
    );
    assert.match(test.text, /do not all select the same route \(route databases or route the rest\)/);
    const arn = `arn:aws:ssm:us-east-1:111122223333:automation-execution/${id}`;
    assert.match((await policy(w, GOOD, "explain", `\`${arn.toUpperCase()}\``)).text, /Route "the rest" matches/);
    const short = await policy(w, GOOD, "explain", id.slice(0, 8));
    assert.equal(short.code, 2);
    assert.match(short.text, /is no execution\. Give the whole execution ID, its ARN or its AWS console link\./);
    const absent = await policy(w, GOOD, "explain", "00000000-0000-0000-0000-000000000000");
    assert.equal(absent.code, 1);
    assert.match(absent.text, /was not found in the only target\. countersign audit show /);
  });
});

fullMatrixTest("policy check and policy explain report each other problem and each other answer", async (t) => {
  const w = await world(t, { start: false });

  const described = ["--document", "Prod-DB-Restart", "--target", "default"];
  await t.test("a variable that another program may need is a warning", async () => {
    const path = join(w.folder, "policy.yml");
    writeFileSync(path, GOOD);
    const { code, text } = await runCli(
      { ...w.environment, COUNTERSIGN_CONFIG: path, LOGLEVEL: "x" },
      "policy",
      "check",
    );
    assert.equal(code, 0, text);
    assert.match(
      text,
      /^LOGLEVEL\n {2}Warning: Countersign ignores this variable\. If it is for Countersign, write LOG_LEVEL\.$/m,
    );
  });

  await t.test("a policy without identities is OK, with a warning", async () => {
    const { code, text } = await policy(w, GOOD.slice(0, GOOD.indexOf("identities:")), "check");
    assert.equal(code, 0, text);
    assert.match(text, /identities\n {2}Warning: `identities` is empty: nobody can approve .*"databases"/);
  });
  await t.test("a wrong command line ends with 2, and help with 0", async () => {
    for (const args of [["explain"], ["explain", "--parameter", "Environment"], ["check", "--fast"], []])
      assert.equal((await policy(w, GOOD, ...args)).code, 2, args.join(" "));
    assert.equal((await policy(w, GOOD, "--help")).code, 0);
  });
  await t.test("a failing call to Slack is reported", async () => {
    await w.control.slack("faults", { operation: "usergroups.list", kind: "error", code: "internal_error", times: 1 });
    const { code, text } = await policy(w, GOOD, "check");
    assert.equal(code, 1);
    assert.match(
      text,
      /approvers\.groups S0DBA\n {2}Slack did not answer the lookup \(internal_error\)\. Run the check again/,
    );
  });

  await t.test("a rate limit is no reason to check the network", async () => {
    await w.control.slack("faults", { operation: "auth.test", kind: "throttle", retryAfterSeconds: 40, times: 1 });
    const { text } = await policy(w, GOOD, "check");
    assert.match(text, /^Nothing was checked\. Slack asks to wait 40 s\. Run the command again after that time\.$/m);
  });

  await t.test("a token that Slack refuses is named, with the fix", async () => {
    const { code, text } = await runCli({ ...w.environment, SLACK_BOT_TOKEN: "xoxb-nobody" }, "policy", "check");
    assert.equal(code, 1);
    assert.match(
      text,
      /^Nothing was checked: Slack refuses SLACK_BOT_TOKEN \(invalid_auth\)\. The token is no longer/m,
    );
  });

  await t.test("a scope that the token lacks is named, with the fix", async () => {
    await w.control.slack("scopes", { revoke: ["chat:write"] });
    const { code, text } = await policy(w, GOOD, "check");
    await w.control.slack("scopes", { grant: ["chat:write"] });
    assert.equal(code, 1);
    assert.match(
      text,
      /^SLACK_BOT_TOKEN\n {2}The token lacks the scope chat:write\. Add it under OAuth & Permissions/m,
    );
  });

  await t.test("the explanation of a described request names the people who may decide", async () => {
    const jane = "arn:aws:iam::111122223333:user/jane";
    const args = [...described, "--parameter", "Environment=prod", "--started-by", jane];
    const { code, text } = await policy(w, GOOD, "explain", ...args);
    assert.equal(code, 0, text);
    assert.match(text, /Route "databases" matches\./);
    assert.match(text, /May decide: Jane [^(]*\(U0JANE\) or members of @dba \(S0DBA\)\. 2 approvals are needed/);
    assert.match(text, /user\/jane\. Jane [^(]*\(U0JANE\) started it and may not approve it/);
  });
  await t.test("the conditions that do not hold are named", async () => {
    const { code, text } = await policy(w, GOOD, "explain", ...described, "--parameter", "Environment=test");
    assert.equal(code, 0);
    assert.match(
      text,
      /Route "databases" does not match: parameters\.Environment is "test", not "prod"\.\nRoute "the rest" matches/,
    );
    assert.match(text, /members of #approvals \(C0APPROVALS\)/);
  });
  await t.test("a target that the configuration does not have is a wrong command line", async () => {
    const { code, text } = await policy(w, GOOD, "explain", "--document", "x", "--target", "prod");
    assert.equal(code, 2);
    assert.match(text, /There is no target prod\. The only target is default\./);
  });
  await t.test("facts that were not given are not guessed", async () => {
    const file = GOOD.replace('document: "Prod-DB-*"', "step: approve");
    const { text } = await policy(w, file, "explain", ...described, "--parameter", "Environment=prod");
    assert.match(text, /Route "databases" might match: it depends on step \(not given\)/);
  });
  await t.test("a request without a route ends with 1", async () => {
    const file = GOOD.slice(0, GOOD.indexOf("  - name: the rest")) + GOOD.slice(GOOD.indexOf("admins:"));
    const { code, text } = await policy(w, file, "explain", "--document", "Web");
    assert.equal(code, 1);
    assert.match(text, /No route matches/);
  });
});
