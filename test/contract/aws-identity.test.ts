import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CreateDocumentCommand,
  DescribeAutomationExecutionsCommand,
  GetAutomationExecutionCommand,
  SendAutomationSignalCommand,
  StartAutomationExecutionCommand,
} from "@aws-sdk/client-ssm";
import { AssumeRoleCommand, type AssumeRoleCommandInput, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { type AwsWorld, awsWorld, gate, KEYS } from "./aws-world.ts";

const APPROVER = "arn:aws:iam::444455556666:role/CountersignApprover";
const denied = { name: "AccessDeniedException" };

async function assume(
  aws: AwsWorld,
  input: Partial<AssumeRoleCommandInput> = {},
  as: (typeof KEYS)[keyof typeof KEYS] = KEYS.bot,
) {
  const command = new AssumeRoleCommand({ RoleArn: APPROVER, RoleSessionName: "U0JANE", ...input });
  const { Credentials, ...output } = await aws.sts({ as }).send(command);
  const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "", Expiration } = Credentials ?? {};
  const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  return { credentials, Expiration, ...output };
}

for (const [who, arn] of [
  ["admin", "arn:aws:iam::111122223333:user/admin"],
  ["bot", "arn:aws:sts::111122223333:assumed-role/CountersignBot/countersign"],
  ["rosa", "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Operator_0123456789abcdef/rosa@example.com"],
  ["ci", "arn:aws:sts::111122223333:assumed-role/GitHubActionsDeploy/run-4711"],
  ["secondAdmin", "arn:aws:iam::444455556666:user/admin"],
] as const) {
  test(`GetCallerIdentity returns the identity of ${who}`, async () => {
    await using aws = await awsWorld();
    const identity = await aws.sts({ as: KEYS[who] }).send(new GetCallerIdentityCommand());
    assert.equal(identity.Arn, arn);
    assert.equal(identity.Account, arn.split(":")[4]);
    assert.ok(identity.UserId);
  });
}

test("a session from AssumeRole acts under its own ARN, in the role's account", async () => {
  await using aws = await awsWorld();
  const { credentials, AssumedRoleUser, SourceIdentity, Expiration } = await assume(aws, {
    SourceIdentity: "jane@example.com",
  });
  const arn = "arn:aws:sts::444455556666:assumed-role/CountersignApprover/U0JANE";
  assert.equal(AssumedRoleUser?.Arn, arn);
  assert.equal(SourceIdentity, "jane@example.com");
  assert.ok(Math.abs((Expiration?.getTime() ?? 0) - Date.now() - 3_600_000) < 10_000);
  assert.equal((await aws.sts({ as: credentials }).send(new GetCallerIdentityCommand())).Arn, arn);

  const there = aws.ssm({ as: KEYS.secondAdmin });
  const Content = JSON.stringify({ schemaVersion: "0.3", mainSteps: [gate("first", [APPROVER])] });
  await there.send(new CreateDocumentCommand({ Name: "Gate", Content, DocumentType: "Automation" }));
  const { AutomationExecutionId } = await there.send(new StartAutomationExecutionCommand({ DocumentName: "Gate" }));
  await aws
    .ssm({ as: credentials })
    .send(new SendAutomationSignalCommand({ AutomationExecutionId, SignalType: "Approve" }));
  const { signals, AutomationExecutionStatus } = await aws.control(`executions/${AutomationExecutionId}`);
  assert.equal(AutomationExecutionStatus, "Success");
  assert.equal(signals[0].principal, arn);
  assert.equal(signals[0].sourceIdentity, "jane@example.com");
});

test("a session's key without its token, or with another token, is not recognized", async () => {
  await using aws = await awsWorld();
  const { credentials } = await assume(aws);
  const unrecognised = { name: "InvalidClientTokenId" };
  const { sessionToken: _, ...bare } = credentials;
  await assert.rejects(aws.sts({ as: bare }).send(new GetCallerIdentityCommand()), unrecognised);
  const foreign = { ...credentials, sessionToken: "another" };
  await assert.rejects(aws.sts({ as: foreign }).send(new GetCallerIdentityCommand()), unrecognised);
});

test("only a principal that the role trusts, and whose policy allows AssumeRole, can assume a role", async () => {
  await using aws = await awsWorld();
  const refused = {
    name: "AccessDenied",
    message: /is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/,
  };
  await assert.rejects(assume(aws, {}, KEYS.jane), refused);
  await assert.rejects(assume(aws, {}, KEYS.secondAdmin), refused);
  await assert.rejects(assume(aws, { RoleArn: "arn:aws:iam::444455556666:role/Nothing" }), refused);
});

test("AssumeRole's input is checked against the model and the rules of role chaining", async () => {
  await using aws = await awsWorld();
  const invalid = { name: "ValidationError" };
  await assert.rejects(assume(aws, { RoleSessionName: "x" }), invalid);
  await assert.rejects(assume(aws, { RoleSessionName: "jane doe" }), invalid);
  await assert.rejects(assume(aws, { DurationSeconds: 899 }), invalid);
  await assert.rejects(assume(aws, { SourceIdentity: "aws:jane" }), invalid);
  await assert.rejects(assume(aws, { DurationSeconds: 7200 }), { ...invalid, message: /1 hour session limit/ });
});

test("an expired session is rejected", async () => {
  await using aws = await awsWorld();
  const { credentials } = await assume(aws, { DurationSeconds: 900 });
  aws.sandbox.standIn.identities.addKey({
    ...(aws.sandbox.standIn.identities.findKey(credentials.accessKeyId) ?? assert.fail()),
    expiresAt: Date.now() - 1,
  });
  const list = new DescribeAutomationExecutionsCommand({});
  await assert.rejects(aws.ssm({ as: credentials }).send(list), { name: "ExpiredTokenException" });
  await assert.rejects(aws.sts({ as: credentials }).send(new GetCallerIdentityCommand()), { name: "ExpiredToken" });
});

test("the bot's role allows only the actions that the bot needs", async () => {
  await using aws = await awsWorld({ seed: true });
  const bot = aws.ssm({ as: KEYS.bot });
  const { AutomationExecutionMetadataList = [] } = await bot.send(new DescribeAutomationExecutionsCommand({}));
  assert.equal(AutomationExecutionMetadataList.length, 3);
  await assert.rejects(bot.send(new StartAutomationExecutionCommand({ DocumentName: "Web-Rollback" })), {
    ...denied,
    message:
      "User: arn:aws:sts::111122223333:assumed-role/CountersignBot/countersign is not authorized to perform: ssm:StartAutomationExecution on resource: arn:aws:ssm:us-east-1:111122223333:automation-definition/Web-Rollback:$DEFAULT because no identity-based policy allows the ssm:StartAutomationExecution action",
  });
  await assert.rejects(aws.ssm({ as: KEYS.nobody }).send(new DescribeAutomationExecutionsCommand({})), denied);
});

test("a reader can read but not decide", async () => {
  await using aws = await awsWorld({ seed: true });
  const RoleArn = "arn:aws:iam::111122223333:role/CountersignReader";
  const { credentials } = await assume(aws, { RoleArn });
  const reader = aws.ssm({ as: credentials });
  const { AutomationExecutionMetadataList = [] } = await reader.send(new DescribeAutomationExecutionsCommand({}));
  const AutomationExecutionId = AutomationExecutionMetadataList[0]?.AutomationExecutionId;
  await reader.send(new GetAutomationExecutionCommand({ AutomationExecutionId }));
  await assert.rejects(
    reader.send(new SendAutomationSignalCommand({ AutomationExecutionId, SignalType: "Approve" })),
    denied,
  );
});

test("a test can add its own role", async () => {
  await using aws = await awsWorld();
  const arn = "arn:aws:iam::777788889999:role/Reader";
  const trusts = ["arn:aws:iam::111122223333:role/CountersignBot"];
  await aws.control("roles", { arn, allows: ["ssm:Describe*"], trusts });
  const { credentials } = await assume(aws, { RoleArn: arn });
  await aws.ssm({ as: credentials }).send(new DescribeAutomationExecutionsCommand({}));
  assert.equal((await aws.control("roles", { arn: "nonsense" })).error, "not a role");
});

test("an unknown action and an unsigned request get STS's own errors, in XML", async () => {
  await using aws = await awsWorld();
  const post = async (form: Record<string, string>) => {
    const response = await fetch(aws.sandbox.url, { method: "POST", body: new URLSearchParams(form) });
    return { status: response.status, text: await response.text() };
  };
  const unknown = await post({ Action: "Approve", Version: "2011-06-15" });
  assert.equal(unknown.status, 400);
  assert.match(
    unknown.text,
    /<Code>InvalidAction<\/Code><Message>Could not find operation Approve for version 2011-06-15</,
  );
  const unsigned = await post({ Action: "GetCallerIdentity", Version: "2011-06-15" });
  assert.equal(unsigned.status, 403);
  assert.match(unsigned.text, /<Type>Sender<\/Type><Code>MissingAuthenticationToken<\/Code>/);
});

test("STS accepts only its one API version", async () => {
  await using aws = await awsWorld();
  const call = async (version: string) => {
    const body = new URLSearchParams(`Action=GetCallerIdentity${version}`);
    return (await fetch(aws.sandbox.url, { method: "POST", body })).text();
  };
  const text = (version: string) =>
    `<Message>Could not find operation GetCallerIdentity for version ${version}</Message>`;
  assert.ok((await call("&Version=1999-01-01")).includes(`<Code>InvalidAction</Code>${text("1999-01-01")}`));
  assert.ok((await call("")).includes(`<Code>InvalidAction</Code>${text("NO_VERSION_SPECIFIED")}`));
  assert.ok((await call("&Version=2011-06-15")).includes("<Code>MissingAuthenticationToken</Code>"));
});
