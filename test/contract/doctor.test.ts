import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { WAITING_RULES } from "../../sandbox/aws/events/waiting-rule.ts";
import { migrateOnly } from "../../src/store/store.ts";
import { type Differences, type DoctorWorld, doctorWorld, POLICY, toLines } from "../support/doctor-world.ts";
import { FULL_MATRIX, fullMatrixTest } from "../support/full-matrix.ts";
import { postgresDatabase } from "../support/stores.ts";
import { BOT_ROLE, ONE_GATE } from "../support/world.ts";

const NO_EXECUTION = "00000000-0000-0000-0000-000000000000";
const READER = "arn:aws:iam::111122223333:role/CountersignReader";
const APPROVER = "arn:aws:iam::111122223333:role/CountersignApprover";
const withRoles = (roles: string) => `targets: [{ name: production, regions: [us-east-1], ${roles} }]\n${POLICY}`;
const SIGNS_AS_PEOPLE = { policy: withRoles(`approverRole: "${APPROVER}"`) };
const READS_AS_ROLE = { policy: withRoles(`readRole: "${READER}"`) };

interface Fault {
  /** The part of the checks that the fault belongs to: `npm test` runs the first fault of each part. */
  part: string;
  name: string;
  /** What is broken before the run, and what the run differs in. */
  breaks?: (w: DoctorWorld) => unknown;
  run?: Differences | ((w: DoctorWorld) => Differences);
  expected: RegExp[];
}

const role =
  (arn: string, allows: string[], more: object = {}) =>
  (w: DoctorWorld) =>
    w.aws("roles", { arn, allows, trusts: [BOT_ROLE], ...more });

const denied = (action: string, report: "failed" | "warning" = "failed"): Fault => ({
  part: "aws-permission",
  name: `${action} is denied`,
  breaks: (w) => w.deny(action),
  expected: [
    new RegExp(
      `^${report} target default/us-east-1 ${action}: AWS denies it \\(AccessDeniedException: .*\\)\\. Allow ${action} for ${BOT_ROLE}\\.`,
      "m",
    ),
  ],
});

const PAUSES = `routes:
  - name: pauses
    match: { action: "aws:pause" }
    channels: [C0APPROVALS]
    approvers: { users: [U0JANE] }
    whenRequesterUnknown: deny
`;
const withPauses = ({ policy }: { policy: string }) => ({ policy: policy.replace("routes:\n", PAUSES) });
const WITH_PAUSES = withPauses({ policy: POLICY });
const withQueue = (name: string) => (w: DoctorWorld) => ({
  env: { WAITING_QUEUE_URL: w.environment.WAITING_QUEUE_URL?.replace(/[\w-]+$/, name) },
});

const approvers = (channels: string, who: string, more = "") => ({
  policy: `routes: [{ name: all, channels: [${channels}], approvers: { ${who} }, whenRequesterUnknown: deny${more} }]`,
});

const FAULTS: Fault[] = [
  {
    part: "versions",
    name: "an old Node.js",
    run: { nodeVersion: "22.9.0" },
    expected: [/^failed versions: Node\.js 22\.9\.0 is too old\. Install Node\.js 24 or newer\.$/m],
  },
  {
    part: "configuration",
    name: "a variable that is misspelled",
    run: { env: { LOGLEVEL: "debug" } },
    expected: [/^warning LOGLEVEL: Countersign reads no variable of this name\. .*write LOG_LEVEL\.$/m],
  },
  {
    part: "proxy",
    name: "a proxy that cannot be reached",
    run: { env: { HTTPS_PROXY: "http://bot:a-long-password@127.0.0.1:9" } },
    expected: [
      /^failed HTTPS_PROXY: the proxy http:\/\/127\.0\.0\.1:9 accepts no connection \(ECONNREFUSED\)\. Correct HTTPS_PROXY/m,
    ],
  },
  {
    part: "slack-bot-token",
    name: "a bot token that was revoked: what depends on it is not checked",
    breaks: (w) => w.slack("token", { token: "bot", state: "token_revoked" }),
    expected: [
      /^failed SLACK_BOT_TOKEN: Slack refused: token_revoked\. The token is no longer valid: install the app again and set SLACK_BOT_TOKEN\.$/m,
      /^skipped Slack scopes: not checked, because the check of SLACK_BOT_TOKEN failed\.$/m,
      /^skipped channels: not checked, because the check of SLACK_BOT_TOKEN failed\.$/m,
      /^ok SLACK_APP_TOKEN: /m,
    ],
  },
  {
    part: "slack-bot-token",
    name: "a bot token of no app",
    run: { env: { SLACK_BOT_TOKEN: "xoxb-nobody" } },
    expected: [/^failed SLACK_BOT_TOKEN: Slack refused: invalid_auth\. /m],
  },
  {
    part: "slack-bot-token",
    name: "no Slack at this address",
    run: { env: { SLACK_API_URL: "http://127.0.0.1:9/api/" } },
    expected: [
      /^failed SLACK_BOT_TOKEN: .*Check the network, HTTPS_PROXY and SLACK_API_URL\.$/m,
      /^failed SLACK_APP_TOKEN: .*Check the network, HTTPS_PROXY and SLACK_API_URL\.$/m,
    ],
  },
  {
    part: "slack-scopes",
    name: "scopes that the token lacks",
    breaks: (w) => w.slack("scopes", { revoke: ["users:read.email", "groups:read"] }),
    expected: [
      /^failed Slack scopes: The token lacks the scopes users:read\.email, groups:read\. Add them under OAuth/m,
    ],
  },
  {
    part: "slack-socket-mode",
    name: "an app-level token that was revoked",
    breaks: (w) => w.slack("token", { token: "app", state: "token_revoked" }),
    expected: [/^failed SLACK_APP_TOKEN: Slack refused: token_revoked\. The token is no longer valid: generate/m],
  },
  {
    part: "slack-socket-mode",
    name: "Socket Mode is off",
    breaks: (w) => w.slack("settings", { requestUrl: "http://127.0.0.1:9/slack/events" }),
    expected: [/^failed SLACK_APP_TOKEN: Slack refused: socket_mode_disabled\. Turn on Socket Mode/m],
  },
  {
    part: "slack-socket-mode",
    name: "HTTP mode, which a bot cannot check",
    run: { env: { SLACK_APP_TOKEN: undefined, SLACK_SIGNING_SECRET: "sandbox-signing-secret" } },
    expected: [/^skipped Slack HTTP mode: Slack does not let a bot check .* Check by hand: type \/approvals help/m],
  },
  {
    part: "slack-command",
    name: "no scope for the slash command",
    breaks: (w) => w.slack("scopes", { revoke: ["commands"] }),
    expected: [/^failed slash command \/approvals: the token lacks the scope commands\. Reinstall the app/m],
  },
  {
    part: "channels",
    name: "a channel without the bot",
    breaks: (w) => w.slack("channel", { channel: "C0PRODDBA", kick: ["U0COUNTERSN"] }),
    expected: [
      /^failed countersign\.yml:\d+ route "databases" routes\[0\]\.channels C0PRODDBA: There is no such channel, or it is private and the bot was not invited: \/invite @Countersign\.$/m,
    ],
  },
  {
    part: "channels",
    name: "channels that do not exist, are archived, or are shared",
    run: approvers("C0NOSUCH, C0OLD, C0SHARED", "users: [U0JANE]"),
    expected: [
      /^failed .* C0NOSUCH: There is no such channel/m,
      /^failed .* C0OLD: .* is archived/m,
      /^warning .* C0SHARED: .* is shared with another organization/m,
    ],
  },
  {
    part: "people",
    name: "an approver who left",
    run: approvers("C0APPROVALS", "users: [U0JANE, U0GONE]"),
    expected: [
      /^failed .* routes\[0\]\.approvers\.users U0GONE: Gita Gone is a deactivated account .*: remove the ID\.$/m,
    ],
  },
  {
    part: "groups",
    name: "a group that is disabled",
    breaks: (w) => w.slack("group", { group: "S0DBA", disabled: true }),
    expected: [/^failed .* routes\[0\]\.approvers\.groups S0DBA: The user group @dba is disabled: enable it/m],
  },
  {
    part: "groups",
    name: "a group without members",
    breaks: (w) => w.slack("group", { group: "S0DBA", users: [] }),
    expected: [/^failed .* S0DBA: The user group @dba has no members: add some/m],
  },
  {
    part: "quorum",
    name: "a quorum above the number of approvers",
    run: approvers("C0APPROVALS", "groups: [S0DBA]", ", quorum: 2"),
    expected: [/^failed .* routes\[0\]\.quorum: The quorum is 2, but there is only 1 approver: add approvers/m],
  },
  {
    part: "policy",
    name: "a route that is never reached",
    run: { policy: POLICY.replace("Web-*", "Prod-DB-*").replace(", tags: { Team: [dba] }", "") },
    expected: [/^failed .* route "the rest" routes\[1\]: Route "the rest" is unreachable/m],
  },
  {
    part: "policy",
    name: "a Region that does not exist",
    run: { policy: `targets: [{ name: a, regions: [us-esat-1] }]\n${POLICY}` },
    expected: [/^failed .* us-esat-1.*Did you mean us-east-1\?$/m],
  },
  {
    part: "aws-identity",
    name: "credentials that AWS does not know: what depends on them is not checked",
    run: { env: { AWS_ACCESS_KEY_ID: "AKIANOSUCHKEY0000000" } },
    expected: [
      /^failed target default\/us-east-1: InvalidClientTokenId: .* Replace the credentials of the bot\.$/m,
      /^skipped target default\/us-east-1 permissions and roles: not checked, because the check of the identity of default\/us-east-1 failed\.$/m,
      /^skipped target default\/us-east-1 waiting steps: not checked/m,
      /^failed WAITING_QUEUE_URL sqs:ReceiveMessage: UnrecognizedClientException: .* Replace the credentials of the bot\.$/m,
      /^ok channels/m,
    ],
  },
  {
    part: "aws-identity",
    name: "a target in another account without a role to read",
    run: { policy: withRoles('approverRole: "arn:aws:iam::444455556666:role/CountersignApprover"') },
    expected: [/^failed target production\/us-east-1: WrongAccount: .*add readRole to this target\. Correct targets/m],
  },
  {
    part: "aws-identity",
    name: "no AWS at this address",
    run: { env: { AWS_ENDPOINT_URL: "http://127.0.0.1:9" } },
    expected: [/^failed target default\/us-east-1: ECONNREFUSED: .*Check the network, HTTPS_PROXY and the Region\.$/m],
  },
  {
    part: "aws-read-role",
    name: "a read role that does not trust the bot",
    run: READS_AS_ROLE,
    breaks: role(READER, ["ssm:*"], { trusts: [] }),
    expected: [
      /^failed target production\/us-east-1 readRole: AWS denies it \(AccessDenied: .*\)\. Allow sts:AssumeRole on arn:\S+CountersignReader for the bot, in its policy and in the role's trust policy\.$/m,
      /^skipped target production\/us-east-1 permissions to read: not checked, because the bot cannot assume/m,
      /^ok target production\/us-east-1 ssm:SendAutomationSignal/m,
    ],
  },
  denied("ssm:SendAutomationSignal"),
  denied("ssm:DescribeAutomationExecutions"),
  denied("ssm:GetAutomationExecution"),
  denied("ssm:DescribeAutomationStepExecutions"),
  denied("ssm:ListTagsForResource"),
  denied("ssm:GetDocument", "warning"),
  {
    part: "aws-stop",
    name: "ssm:StopAutomationExecution is denied, and a route covers pauses",
    run: WITH_PAUSES,
    breaks: (w) => w.deny("ssm:StopAutomationExecution"),
    expected: [
      new RegExp(
        `^warning target default/us-east-1 ssm:StopAutomationExecution: AWS denies it \\(AccessDeniedException: .*\\)\\. A pause can be resumed and not stopped\\. To offer Stop, allow ssm:StopAutomationExecution for ${BOT_ROLE}, without a condition on tags\\.$`,
        "m",
      ),
    ],
  },
  {
    part: "aws-stop",
    name: "an approver role that may not stop",
    run: withPauses(SIGNS_AS_PEOPLE),
    breaks: role(APPROVER, ["ssm:SendAutomationSignal"]),
    expected: [
      /^warning target production\/us-east-1 ssm:StopAutomationExecution: .* allow \S+ for \S+CountersignApprover,/m,
    ],
  },
  {
    part: "aws-stop",
    name: "an approver role that cannot be assumed: the permission to stop is not checked",
    run: withPauses(SIGNS_AS_PEOPLE),
    breaks: role(APPROVER, ["ssm:*"], { trusts: [] }),
    expected: [/^skipped target production\/us-east-1 ssm:StopAutomationExecution: not checked, because the bot/m],
  },
  {
    part: "aws-permission",
    name: "a read role without a permission",
    run: READS_AS_ROLE,
    breaks: role(READER, ["ssm:DescribeAutomationExecutions"]),
    expected: [
      /^failed target production\/us-east-1 ssm:GetAutomationExecution: .*Allow \S+ for \S+CountersignReader\./m,
    ],
  },
  {
    part: "aws-approver-role",
    name: "an approver role whose trust policy lacks the source identity",
    run: SIGNS_AS_PEOPLE,
    breaks: role(APPROVER, ["ssm:SendAutomationSignal"], { trustsSourceIdentity: false }),
    expected: [
      /^failed target production\/us-east-1 approverRole: AWS denies it \(AccessDenied: .*sts:SetSourceIdentity.*\)\. Allow sts:SetSourceIdentity on \S+CountersignApprover for the bot/m,
      /^skipped target production\/us-east-1 ssm:SendAutomationSignal: not checked, because the bot cannot assume/m,
    ],
  },
  {
    part: "aws-approver-role",
    name: "an approver role that does not trust the bot",
    run: SIGNS_AS_PEOPLE,
    breaks: role(APPROVER, ["ssm:SendAutomationSignal"], { trusts: [] }),
    expected: [
      / approverRole: AWS denies it .*Allow sts:AssumeRole and sts:SetSourceIdentity on \S+CountersignApprover/,
    ],
  },
  {
    part: "aws-approver-role",
    name: "a bot that may not set the source identity",
    run: SIGNS_AS_PEOPLE,
    breaks: (w) => w.deny("sts:SetSourceIdentity"),
    expected: [/ approverRole: AWS denies it .*Allow sts:SetSourceIdentity on \S+CountersignApprover/],
  },
  {
    part: "aws-approver-role",
    name: "an approver role that may not signal",
    run: SIGNS_AS_PEOPLE,
    breaks: role(APPROVER, []),
    expected: [
      /^failed target \S+ ssm:SendAutomationSignal: .*Allow ssm:SendAutomationSignal for \S+CountersignApprover/m,
    ],
  },
  {
    part: "aws-waiting-steps",
    name: "a step that waits for other principals",
    breaks: (w) =>
      w.aws("seed", {
        documents: [{ name: "Gate", content: ONE_GATE.replace(BOT_ROLE, "arn:aws:iam::111122223333:role/Other") }],
        executions: [{ document: "Gate" }],
      }),
    expected: [
      /^warning target default\/us-east-1 waiting steps: AWS accepts no decision of the bot for step approve of Gate\. Add to Approvers of the runbook: - arn:aws:iam::111122223333:role\/CountersignBot$/m,
    ],
  },
  {
    part: "aws-waiting-steps",
    name: "a step whose approvers cannot be compared",
    breaks: (w) =>
      w.aws("seed", {
        documents: [{ name: "Gate", content: ONE_GATE.replace(BOT_ROLE, "CountersignBot") }],
        executions: [{ document: "Gate" }],
      }),
    expected: [
      /^warning .* waiting steps: doctor cannot tell whether AWS accepts the bot for 1 of 1 waiting step\. Add/m,
    ],
  },
  {
    part: "event-bus",
    name: "no permission to publish",
    breaks: (w) => w.deny("events:PutEvents"),
    expected: [/^failed EVENT_BUS_NAME: AWS denies it .*Allow events:PutEvents on default\.$/m],
  },
  {
    part: "event-bus",
    name: "no event bus",
    run: { env: { EVENT_BUS_NAME: undefined } },
    expected: [/^ok EVENT_BUS_NAME: not set: audit events are recorded and not published\.$/m],
  },
  {
    part: "event-queue",
    name: "no permission to receive",
    breaks: (w) => w.deny("sqs:ReceiveMessage"),
    expected: [
      /^failed WAITING_QUEUE_URL sqs:ReceiveMessage: AWS denies it .*\. Allow sqs:ReceiveMessage on arn:aws:sqs:us-east-1:111122223333:countersign-waiting\.$/m,
      /^ok WAITING_QUEUE_URL sqs:DeleteMessage: allowed on arn:\S+countersign-waiting\.$/m,
      /^ok WAITING_QUEUE_URL dead-letter queue: /m,
    ],
  },
  {
    part: "event-queue",
    name: "no permission to delete",
    breaks: (w) => w.deny("sqs:DeleteMessage"),
    expected: [
      /^failed WAITING_QUEUE_URL sqs:DeleteMessage: AWS denies it .*\. Allow sqs:DeleteMessage on arn:\S+\.$/m,
    ],
  },
  {
    part: "event-queue",
    name: "no permission to read the attributes",
    breaks: (w) => w.deny("sqs:GetQueueAttributes"),
    expected: [
      /^ok WAITING_QUEUE_URL sqs:ReceiveMessage: /m,
      /^warning WAITING_QUEUE_URL dead-letter queue: AWS denies it .*Without it, the bot deletes messages that are not events\. Allow sqs:GetQueueAttributes on arn:\S+\.$/m,
    ],
  },
  {
    part: "event-queue",
    name: "a queue without a dead-letter queue",
    breaks: (w) => w.queues.add({ account: "111122223333", region: "us-east-1" }, "countersign-waiting"),
    expected: [
      /^warning WAITING_QUEUE_URL dead-letter queue: The queue has none, so the bot deletes messages that are not events\. Add a redrive policy/m,
    ],
  },
  {
    part: "event-queue",
    name: "a queue that does not exist: what depends on it is not checked",
    run: withQueue("none"),
    expected: [
      /^failed WAITING_QUEUE_URL sqs:ReceiveMessage: There is no queue none in account 111122223333, us-east-1\. Correct WAITING_QUEUE_URL, or remove it to find steps by polls only\.$/m,
      /^skipped WAITING_QUEUE_URL sqs:DeleteMessage: not checked, because the queue cannot be reached\.$/m,
      /^skipped WAITING_QUEUE_URL dead-letter queue: not checked/m,
    ],
  },
  {
    part: "event-queue",
    name: "no queue at this address",
    run: { env: { WAITING_QUEUE_URL: "http://127.0.0.1:9/111122223333/countersign-waiting" } },
    expected: [
      /^failed WAITING_QUEUE_URL sqs:ReceiveMessage: ECONNREFUSED: .*Check the network, HTTPS_PROXY and WAITING_QUEUE_URL\.$/m,
    ],
  },
  {
    part: "event-queue",
    name: "no queue",
    run: { env: { WAITING_QUEUE_URL: undefined } },
    expected: [/^ok WAITING_QUEUE_URL: not set: waiting steps are found by polls only\.$/m],
  },
  {
    part: "database",
    name: "a database without this version's schema",
    run: (w) => {
      const path = join(w.folder, "empty.db");
      writeFileSync(path, "");
      return { env: { DATABASE_URL: `sqlite:${path}` } };
    },
    expected: [/^warning DATABASE_URL: SQLite \S+ does not have the schema of this version\. Run countersign migrate/m],
  },
  {
    part: "database",
    name: "a file that does not exist yet",
    run: (w) => ({ env: { DATABASE_URL: `sqlite:${join(w.folder, "new.db")}` } }),
    expected: [/^ok DATABASE_URL: the file does not exist yet, and serve can create it\.$/m],
  },
  {
    part: "database",
    name: "a folder that does not exist",
    run: (w) => ({ env: { DATABASE_URL: `sqlite:${join(w.folder, "no/such/folder.db")}` } }),
    expected: [/^failed DATABASE_URL: not writable \(.*ENOENT\)\. Allow the user of the bot to write it\.$/m],
  },
  {
    part: "database",
    name: "a file that is no database",
    run: (w) => {
      const path = join(w.folder, "text.db");
      writeFileSync(path, "this is a text and not a database\n".repeat(100));
      return { env: { DATABASE_URL: `sqlite:${path}` } };
    },
    expected: [/^failed DATABASE_URL: The database \S+text\.db cannot be opened .*is not an SQLite database/m],
  },
  {
    part: "database",
    name: "a PostgreSQL server that does not reply",
    run: { env: { DATABASE_URL: "postgres://u:a-long-password@127.0.0.1:9/db" } },
    expected: [/^failed DATABASE_URL: The database 127\.0\.0\.1:9\/db cannot be used .*Check that the server runs/m],
  },
  {
    part: "clock",
    name: "a clock that is wrong",
    run: { ahead: 600_000 },
    expected: [
      /^failed clock, compared with Slack: this machine is \d+ seconds ahead\. Synchronize its clock \(NTP\)\.$/m,
      /^failed clock, compared with AWS: this machine is \d+ seconds ahead\./m,
    ],
  },
  {
    part: "clock",
    name: "a clock that is a little wrong",
    run: { ahead: -15_000 },
    expected: [/^warning clock, compared with Slack: this machine is 1[456] seconds behind\./m],
  },
];

/** Lines that name no fault in a good configuration. */
const GOOD = /^(?:ok|skipped slash command|skipped WAITING_QUEUE_URL rules)/;

test("doctor finds each fault, and names its place and its fix", async (t) => {
  const w = await doctorWorld(t);

  await t.test(
    "nothing is wrong: only the slash command and the rules of the queue are left to check by hand",
    async () => {
      await role(READER, ["ssm:*"])(w);
      for (const differences of [{}, READS_AS_ROLE, SIGNS_AS_PEOPLE, WITH_PAUSES]) {
        const lines = toLines(await w.run(differences));
        assert.deepEqual(
          lines.split("\n").filter((line) => !GOOD.test(line)),
          [],
        );
        assert.match(
          lines,
          /^skipped slash command \/approvals: Slack does not show a bot its commands\. Check by hand: type/m,
        );
        const [, commands = "", patterns = ""] =
          /^skipped WAITING_QUEUE_URL rules: (.*?) Expected: (.*)\.$/m.exec(lines) ?? [];
        assert.match(
          commands,
          /Check by hand: aws events list-rule-names-by-target --region us-east-1 --target-arn arn:aws:sqs:us-east-1:111122223333:countersign-waiting; then for each rule: aws events describe-rule --region us-east-1 --name NAME --query EventPattern --output text\./,
        );
        assert.deepEqual(
          patterns.split(" and ").map((text) => JSON.parse(text)),
          WAITING_RULES,
        );
        assert.equal(/ssm:StopAutomationExecution/.test(lines), differences === WITH_PAUSES);
      }
    },
  );

  const seen = new Set<string>();
  for (const { part, name, breaks, run = {}, expected } of FAULTS) {
    if (seen.has(part) && !FULL_MATRIX) continue;
    seen.add(part);
    await t.test(`${part}: ${name}`, async () => {
      await w.reset();
      await breaks?.(w);
      const lines = toLines(await w.run(typeof run === "function" ? run(w) : run));
      for (const pattern of expected) assert.match(lines, pattern);
    });
  }

  await t.test("no probe acts on an execution, publishes an event or hides one from the bot", async () => {
    await w.reset();
    const message = w.queues.waiting().send({ body: "an event", senderId: "AIDAEVENTS" });
    await w.aws("seed", { documents: [{ name: "Gate", content: ONE_GATE }], executions: [{ document: "Gate" }] });
    for (const differences of [{}, SIGNS_AS_PEOPLE, WITH_PAUSES]) await w.run(differences);
    const signals = await w.calls("SendAutomationSignal");
    assert.equal(signals.length, 3);
    for (const { input } of signals)
      assert.deepEqual([input.AutomationExecutionId, input.SignalType], [NO_EXECUTION, "Resume"]);
    assert.deepEqual(
      (await w.calls("StopAutomationExecution")).map(({ input }) => [input.AutomationExecutionId, input.Type]),
      [[NO_EXECUTION, "Cancel"]],
    );
    assert.deepEqual(
      (await w.calls("PutEvents")).flatMap(({ outcome }) => outcome.body.FailedEntryCount),
      [1, 1, 1],
    );
    const [left] = w.queues.waiting().messages();
    assert.deepEqual([left?.id, left?.receiveCount], [message.id, 3]);
    assert.ok((left?.visibleAt ?? Number.NaN) <= w.queues.waiting().now(), "the message stays visible");
  });
});

fullMatrixTest("doctor finds a PostgreSQL database that it may not write, and one that may lose commits", async (t) => {
  const w = await doctorWorld(t);
  const database = await postgresDatabase();
  t.after(() => database.remove());
  const lines = async (settings: string) => {
    const DATABASE_URL = `${database.url}?options=${encodeURIComponent(settings)}`;
    return toLines((await w.run({ env: { DATABASE_URL } })).filter(({ check }) => check === "database"));
  };
  assert.match(await lines("-c work_mem=4MB"), /^warning DATABASE_URL: PostgreSQL \d+\S* does not have the schema/);
  await migrateOnly(database.dialect());
  assert.match(await lines("-c no_such_setting=1"), /^failed DATABASE_URL: .*no_such_setting.*Check DATABASE_URL\.$/);
  assert.match(
    await lines("-c default_transaction_read_only=on"),
    /^failed DATABASE_URL: not writable \(cannot execute UPDATE in a read-only transaction\)\. Allow the user/,
  );
  assert.match(
    await lines("-c synchronous_commit=off"),
    /^ok DATABASE_URL: PostgreSQL .*writable\.\nwarning DATABASE_URL: synchronous_commit is off: a committed vote may be lost/,
  );
});
