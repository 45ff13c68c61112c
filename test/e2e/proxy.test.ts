import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { formatLastLines, startBot } from "../support/bot.ts";
import { runCli } from "../support/cli.ts";
import { connectProxy } from "../support/connect-proxy.ts";
import { eventually } from "../support/eventually.ts";
import { FULL_MATRIX } from "../support/full-matrix.ts";
import { identityCenter, OIDC, PORTAL } from "../support/identity-center.ts";
import { ONE_GATE, world } from "../support/world.ts";

const APPROVER = "arn:aws:iam::111122223333:role/CountersignApprover";
const POLICY = `
targets: [{ name: production, regions: [us-east-1], approverRole: "${APPROVER}" }]
routes: [{ name: all, channels: [C0APPROVALS], approvers: { users: [U0JANE] } }]
`;

/**
 * Starts a world whose bot knows Slack as slack.test and AWS as localhost, both with TLS, and has the credentials of a profile
 * of IAM Identity Center. No name server knows the hosts that end in .test.
 */
async function proxied(t: TestContext) {
  const w = await world(t, { start: false, policy: POLICY });
  const key = w.aws.identities.findKey(w.environment.AWS_ACCESS_KEY_ID ?? "") ?? assert.fail();
  const ofRole = { accessKeyId: "ASIAOFTHEPROFILE0000", secretAccessKey: "of-the-profile", sessionToken: "a-session" };
  w.aws.identities.addKey({ ...key, ...ofRole });
  const sso = await identityCenter(t, w.folder, ofRole);
  const hosts = { "slack.test": w.slack.url, localhost: w.aws.url, [PORTAL]: sso.url, [OIDC]: sso.url };
  const proxy = await connectProxy(t, hosts);
  const ca = join(w.folder, "ca.pem");
  writeFileSync(ca, proxy.cert);
  const environment = {
    ...w.environment,
    ...sso.environment,
    NODE_EXTRA_CA_CERTS: ca,
    SLACK_API_URL: "https://slack.test/api/",
    AWS_ENDPOINT_URL: `https://localhost:${proxy.directPort}`,
    WAITING_QUEUE_URL: `https://localhost:${proxy.directPort}/111122223333/countersign-waiting`,
    HTTPS_PROXY: proxy.url,
  };
  return { w, proxy, environment, aws: `localhost:${proxy.directPort}` };
}

type Network = Awaited<ReturnType<typeof proxied>>;

test("connections through a proxy", async (t) => {
  const network = await proxied(t);
  await t.test("every connection to Slack and AWS goes through the proxy, except to the hosts of NO_PROXY", () =>
    checkRoute(network),
  );
  await t.test("an error names a proxy that cannot be reached or refuses, without its password", (each) =>
    checkErrors(each, network),
  );
});

async function checkRoute({ w, proxy, environment, aws }: Network): Promise<void> {
  await w.startBot(environment);
  await w.ready();
  const id = await w.run(ONE_GATE.replace(/Approvers: .*/, `Approvers: ["${APPROVER}"]`));
  await w.click("U0JANE", await w.message(id), "approve");
  await eventually("the execution ends", async () => (await w.execution(id)).AutomationExecutionStatus === "Success");
  await eventually("audit events are published", async () => (await w.awsCalls("PutEvents")).length > 0);
  assert.equal(proxy.direct(), 0);
  assert.deepEqual([...new Set(proxy.connected)].sort(), [aws, `${OIDC}:443`, `${PORTAL}:443`, "slack.test:443"]);
  for (const operation of ["GetCallerIdentity", "AssumeRole", "SendAutomationSignal", "ReceiveMessage"])
    assert.ok((await w.awsCalls(operation)).length > 0, operation);
  const doctor = await runCli(environment, "doctor");
  assert.equal(doctor.code, 0, doctor.text);
  assert.match(doctor.text, /^ok {7}HTTPS_PROXY: the proxy http:\/\/127\.0\.0\.1:\d+ accepts connections\.$/m);
  await w.bot().stop();

  proxy.connected.length = 0;
  await w.startBot({ ...environment, NO_PROXY: "localhost" });
  await w.ready();
  assert.ok(proxy.direct() > 0);
  assert.deepEqual([...new Set(proxy.connected)].sort(), [`${PORTAL}:443`, "slack.test:443"]);
  await w.bot().stop();
}

async function checkErrors(t: TestContext, { w, proxy, ...network }: Network): Promise<void> {
  // The SDK does not say where a profile's sign-in failed.
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = w.environment;
  const environment = { ...network.environment, AWS_PROFILE: undefined, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY };
  for (const [HTTPS_PROXY, expected] of [
    ["http://bot:proxy-password@127.0.0.1:9", "ECONNREFUSED at the proxy http://127.0.0.1:9"],
    [proxy.url.replace("bot:proxy", "bot:wrong"), `at the proxy ${proxy.url.replace(/bot:\S+@/, "")}`],
  ] as const) {
    const bot = await startBot({ ...environment, HTTPS_PROXY });
    t.after(() => bot.kill());
    const line = await eventually(
      "the log names the proxy",
      () => bot.lines.find(({ event }) => event === "slack.unreachable"),
      () => formatLastLines(bot.lines),
    );
    assert.ok(line.error.includes(expected), line.error);
    await bot.kill();
    assert.doesNotMatch(JSON.stringify(bot.lines), /-password/);
    // For doctor, both are a proxy that fails.
    if (!HTTPS_PROXY.endsWith(":9") && !FULL_MATRIX) continue;
    const doctor = await runCli({ ...environment, HTTPS_PROXY }, "doctor");
    assert.equal(doctor.code, 1);
    assert.match(
      doctor.text,
      /^failed {3}SLACK_BOT_TOKEN: .* at the proxy http:\/\/127\.0\.0\.1:\d+\. Check the network/m,
    );
    assert.match(doctor.text, /^failed {3}target production\/us-east-1: .*http:\/\/127\.0\.0\.1:\d+/m);
    assert.doesNotMatch(doctor.text, /-password/);
  }
  const wrong = await runCli({ ...w.environment, HTTPS_PROXY: "bot:proxy-password@proxy:3128" }, "doctor");
  assert.equal(wrong.code, 2);
  assert.match(wrong.text, /^failed {3}HTTPS_PROXY: It is not an http or https URL\. Write the URL/);
  assert.doesNotMatch(wrong.text, /-password/);
}
