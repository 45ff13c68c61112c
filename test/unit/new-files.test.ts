import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parseEnv } from "node:util";
import { parse } from "yaml";
import { parseFile } from "../../src/config/file.ts";
import { renderEnv, renderPolicy, toManifestUrl } from "../../src/config/new-files.ts";

const MANIFEST = readFileSync("manifest.yml", "utf8");

test("the address that creates the app contains the whole manifest, without its comments", () => {
  const url = new URL(toManifestUrl(MANIFEST));
  assert.equal(`${url.origin}${url.pathname}`, "https://api.slack.com/apps");
  assert.equal(url.searchParams.get("new_app"), "1");
  const text = url.searchParams.get("manifest_yaml") ?? "";
  assert.deepEqual(parse(text), parse(MANIFEST));
  assert.doesNotMatch(text, /# /);
});

for (const [apiUrl, origin] of [
  ["https://slack-gov.com/api/", "https://api.slack-gov.com"],
  ["https://www.slack-gov.com/api/", "https://api.slack-gov.com"],
  ["https://notslack-gov.com/api/", "https://api.slack.com"],
  ["http://localhost:3000/api/", "https://api.slack.com"],
  ["no URL", "https://api.slack.com"],
] as const)
  test(`the app for the API at ${apiUrl} is created at ${origin}`, () => {
    assert.equal(new URL(toManifestUrl(MANIFEST, apiUrl)).origin, origin);
  });

test("a new policy is valid, and a name cannot add lines to it", () => {
  const named = (id: string) => ({ id, name: "a\nroutes: []\nb" });
  const tokens = { botToken: "xoxb-1", appToken: "xapp-1", apiUrl: null, region: "us-east-1" };
  for (const admins of [[], [named("S0ADMINS")]]) {
    const approvers = [named("U0JANE"), named("S0SRE")];
    const text = renderPolicy({ ...tokens, channel: named("C0ALL"), approvers, admins });
    const outcome = parseFile("countersign.yml", text);
    assert(outcome.kind === "file", text);
    const { groups, users } = outcome.file.routes[0]?.approvers ?? {};
    assert.deepEqual([groups, users], [["S0SRE"], ["U0JANE"]]);
    assert.deepEqual(
      outcome.file.admins.groups,
      admins.map(({ id }) => id),
    );
  }
});

const person = { id: "U0JANE", name: "Jane" };
const ANSWERS = {
  ...{ botToken: "xoxb-new", appToken: "xapp-new", apiUrl: null, region: "eu-west-1" },
  ...{ channel: { id: "C0ALL", name: "all" }, approvers: [person], admins: [] },
};

test("an existing .env keeps every line except the variables that init asks for", () => {
  const existing = `# Our database
DATABASE_URL=postgres://bot:secret@db.example.com/countersign
SLACK_BOT_TOKEN=xoxb-old
# AWS_REGION=us-west-2
export AWS_REGION = us-east-1
EVENT_BUS_NAME="audit" # ours
SLACK_BOT_TOKEN=xoxb-older`;
  const text = renderEnv(ANSWERS, "countersign.yml", existing);
  assert.equal(
    text,
    `# Our database
DATABASE_URL=postgres://bot:secret@db.example.com/countersign
SLACK_BOT_TOKEN=xoxb-new
# AWS_REGION=us-west-2
AWS_REGION=eu-west-1
EVENT_BUS_NAME="audit" # ours
SLACK_APP_TOKEN=xapp-new
`,
  );
  assert.equal(renderEnv(ANSWERS, "countersign.yml", text), text);
});

test("a new .env names the policy at another path, also with special characters", () => {
  const read = (path: string) => parseEnv(renderEnv(ANSWERS, path, null));
  const { SLACK_BOT_TOKEN, SLACK_APP_TOKEN, AWS_REGION, ...others } = read("countersign.yml");
  assert.deepEqual([SLACK_BOT_TOKEN, SLACK_APP_TOKEN, AWS_REGION, others], ["xoxb-new", "xapp-new", "eu-west-1", {}]);
  for (const path of ["/etc/countersign.yml", "our policy #1.yml", "it's.yml"])
    assert.equal(read(path).COUNTERSIGN_CONFIG, path);
});
