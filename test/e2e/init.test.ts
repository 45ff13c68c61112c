import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { initialize } from "../../src/cli/init.ts";
import { toManifestUrl } from "../../src/config/new-files.ts";
import { runCli } from "../support/cli.ts";
import { FULL_MATRIX } from "../support/full-matrix.ts";
import { world } from "../support/world.ts";

const ANSWERS = {
  "--bot-token": "xoxb-sandbox",
  "--app-token": "xapp-sandbox",
  "--region": "us-east-1",
  "--channel": "#approvals",
  "--approvers": "sre",
};

/** An answer, the exit code and the text. `npm test` runs the first two. */
const REFUSED = [
  ["--channel", "random", 1, /^Nothing was written.*\n.*routes\[0\]\.channels C0RANDOM: .*\/invite @Countersign\.$/],
  ["--app-token", "xapp-nobody", 1, /^--app-token: Slack refused: invalid_auth\. .*generate an app-level token/],
  ["--bot-token", "xapp-sandbox", 2, /^--bot-token: It contains an app-level token \(xapp-\)/],
  ["--bot-token", "xoxb-nobody", 1, /^--bot-token: Slack does not accept it \(invalid_auth\)\. /],
  ["--region", "us-east", 2, /^--region: .*Write a Region code/],
  [
    "--channel",
    "no-such-channel",
    2,
    /^--channel: no-such-channel: No channel with this name\. .*invite the bot to a private channel first/,
  ],
  ["--approvers", "former-dba", 1, /^Nothing was written.*\n.*S0FORMER: The user group @former-dba is disabled/],
] as const;

test("init with options writes files that pass policy check, and never replaces files or shows a token", async (t) => {
  const w = await world(t, { start: false });
  const folder = join(w.folder, "new");
  mkdirSync(folder);
  const [env, policy] = [join(folder, ".env"), join(folder, "countersign.yml")];
  const { SLACK_API_URL, AWS_ENDPOINT_URL } = w.environment;
  const environment = { SLACK_API_URL, COUNTERSIGN_CONFIG: policy };
  const init = (answers: Record<string, string>, ...more: string[]) =>
    runCli(environment, "init", ...Object.entries(answers).flat(), ...more);
  /** Runs init in this process, without a terminal: a process costs half a second. Both print the same lines. */
  const initHere = async (answers: Record<string, string>, more: { force?: boolean } = {}) => {
    const given = Object.fromEntries(
      Object.entries(answers).map(([option, value]) => [
        option.slice(2).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
        value,
      ]),
    );
    const around = { apiUrl: SLACK_API_URL ?? null, files: { env, policy }, prompt: null };
    const { code, lines } = await initialize({ ...given, ...more }, around);
    return { code, text: lines.join("\n") };
  };
  const hasNoFile = () => assert.ok(!existsSync(env) && !existsSync(policy));

  await t.test("without a terminal, a missing option is named", async () => {
    for (const option of FULL_MATRIX ? Object.keys(ANSWERS) : ["--approvers"]) {
      const { [option]: _, ...others } = ANSWERS as Record<string, string>;
      assert.deepEqual(await init(others), { code: 2, text: `${option} is missing.` });
    }
    hasNoFile();
  });
  await t.test("an answer that cannot work is refused with the fix", async () => {
    for (const [option, value, code, expected] of REFUSED.slice(0, FULL_MATRIX ? REFUSED.length : 2)) {
      const result = await initHere({ ...ANSWERS, [option]: value });
      assert.equal(result.code, code, result.text);
      assert.match(result.text, expected);
      assert.doesNotMatch(result.text, /x(?:oxb|app)-(?:sandbox|nobody)/);
    }
    hasNoFile();
  });
  await t.test("both files are written, .env for its user alone, and pass policy check", async () => {
    const { code, text } = await init({ ...ANSWERS, "--admins": "S0PLATFORM" });
    assert.equal(code, 0, text);
    assert.match(
      text,
      /^Wrote \.env and \S+countersign\.yml\.\nWarning: .*identities.*\nNext: .* AWS permissions \(docs\/permissions\.md\)/,
    );
    assert.doesNotMatch(text, /x(?:oxb|app)-/);
    assert.equal(statSync(env).mode & 0o777, 0o600);
    assert.match(
      readFileSync(policy, "utf8"),
      /channels: \[C0APPROVALS\] # #approvals\n.*\[S0SRE\].*\n.*\n.*# selfApproval.*\n.*\[S0PLATFORM\]/,
    );
    const check = await runCli({ AWS_ENDPOINT_URL, COUNTERSIGN_CONFIG: policy }, "policy", "check");
    assert.equal(check.code, 0, check.text);
  });
  await t.test("existing files are replaced only with --force", async () => {
    writeFileSync(policy, "mine");
    const refused = await initHere(ANSWERS);
    assert.equal(refused.code, 2);
    assert.match(
      refused.text,
      /^\S+\.env exists: --force replaces only the variables that init asks for\. \S+countersign\.yml exists: --force replaces the whole file\.$/,
    );
    assert.equal(readFileSync(policy, "utf8"), "mine");
    writeFileSync(env, "# Ours\nDATABASE_URL=sqlite:ours.db\n", { mode: 0o644 });
    assert.equal((await init(ANSWERS, "--force")).code, 0);
    assert.match(readFileSync(policy, "utf8"), /routes:/);
    assert.match(
      readFileSync(env, "utf8"),
      /^# Ours\nDATABASE_URL=sqlite:ours\.db\nSLACK_BOT_TOKEN=xoxb-sandbox\n.*^COUNTERSIGN_CONFIG=\S+countersign\.yml$/ms,
    );
    assert.equal(statSync(env).mode & 0o777, 0o600);
  });
  await t.test(
    "with a terminal, init links to the manifest, and each answer can be a number or corrected",
    async () => {
      const said: string[] = [];
      const answers: Record<string, string[]> = {
        "Bot token (xoxb-...):": ["xapp-sandbox", "xoxb-sandbox"],
        "App-level token (xapp-...):": ["xapp-sandbox"],
        "AWS Region to watch:": ["us-east-1"],
        "Channel for requests:": ["no-such-channel", "1"],
        "User groups or people who approve:": ["nobody@example.com", "@sre"],
        "User groups or people who are admins, or none:": ["none"],
      };
      const next = async (question: string) => answers[question]?.shift() ?? assert.fail(`not expected: ${question}`);
      const prompt = { ask: next, askSecret: next, say: (text: string) => said.push(text), close() {} };
      const around = { apiUrl: SLACK_API_URL ?? null, files: { env, policy }, prompt };
      const { code, lines } = await initialize({ force: true }, around);
      assert.equal(code, 0, lines.join("\n"));
      assert.ok(said[0]?.includes(toManifestUrl(readFileSync("manifest.yml", "utf8"))), said[0]);
      const [first = ""] = said.flatMap(
        (text) => /^1\. (.*)$/m.exec(text.includes("Slack app") ? "" : text)?.[1] ?? [],
      );
      assert.match(readFileSync(policy, "utf8"), new RegExp(`# #${first}\n.*\\[S0SRE\\]`));
      assert.doesNotMatch(readFileSync(policy, "utf8"), /admins/);
      assert.deepEqual(Object.values(answers).flat(), []);
    },
  );
  await t.test(
    "in a workspace without user groups, people approve, and a failed call is one line with the fix",
    async () => {
      const people = { ...ANSWERS, "--approvers": "U0JANE, dan@example.com" };
      const faults = (code: string) => w.control.slack("faults", { operation: "usergroups.list", kind: "error", code });
      await faults("plan_upgrade_required");
      const { code, text } = await initHere(people, { force: true });
      assert.equal(code, 0, text);
      assert.match(readFileSync(policy, "utf8"), /approvers: { users: \[U0JANE, U0DAN\] } # Jane Ito, Dan/);
      await w.control.slack("reset", {});
      await faults("missing_scope");
      const failed = await initHere(people, { force: true });
      assert.equal(failed.code, 1, failed.text);
      assert.match(
        failed.text,
        /^Nothing was written: Slack refused: missing_scope.* On the app's page, add the scope .*$/,
      );
    },
  );
});

test("init lists the channels and groups of each workspace if a whole organization has the app", async (t) => {
  const w = await world(t, { start: false, slack: { enterpriseGrid: "organization" } });
  const [env, policy] = [join(w.folder, "new.env"), join(w.folder, "new.yml")];
  const around = { apiUrl: w.environment.SLACK_API_URL ?? null, files: { env, policy }, prompt: null };
  const given = { botToken: "xoxb-sandbox", appToken: "xapp-sandbox", region: "us-east-1" };
  const { code, lines } = await initialize({ ...given, channel: "#approvals", approvers: "sre" }, around);
  assert.equal(code, 0, lines.join("\n"));
  assert.match(readFileSync(policy, "utf8"), /channels: \[C0APPROVALS\] # #approvals\n.*\[S0SRE\]/);
});
