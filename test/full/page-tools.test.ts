import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, suite, test } from "node:test";
import {
  SendAutomationSignalCommand,
  type SignalType,
  SSMClient,
  StartAutomationExecutionCommand,
} from "@aws-sdk/client-ssm";
import type { Page } from "playwright-core";
import { eventually } from "../support/eventually.ts";
import { fullMatrixTest } from "../support/full-matrix.ts";
import { getJson, postJson } from "../support/http-json.ts";
import {
  actAs,
  decide,
  executedSignals,
  openConversation,
  type PageWorld,
  pageWorld,
  requestMessage,
  startRunbook,
  waitForStatus,
} from "../support/page-world.ts";

/** The page outside of the conversation: custom runbooks, the Wire tab, terminal commands, the clock, the socket. */

let world: PageWorld;
let page: Page;
suite("tools of the page", () => {
  before(async () => {
    world = await pageWorld();
    page = await world.open();
  });
  after(() => world?.close());

  const inDrawer = async (act: () => Promise<void>) => {
    await page.getByRole("button", { name: "What could go wrong" }).click();
    await act();
    await page.getByRole("button", { name: "Close the drawer" }).click();
  };

  fullMatrixTest("App Home lists the requests that wait for a person and links to the message", async () => {
    await actAs(page, "Mia Chen");
    await openConversation(page, "App Home");
    const home = page.getByRole("region", { name: "Requests waiting for you" });
    await home.getByText("Prod-DB-Restart").waitFor();
    await page.getByText("Times as Mia Chen sees them").waitFor();
    assert.equal(await home.getByText("Web-Rollback").count(), 0, "Mia is not an approver of that one");
    await home.getByRole("button", { name: "Open the message" }).click();
    await page.getByRole("heading", { name: "#prod-dba" }).waitFor();
  });

  test("a custom runbook is rejected with AWS's error, then fixed, started and approved", async () => {
    await actAs(page, "Jane Ito");
    await openConversation(page, "approvals");
    const editor = page.locator("details.editor");
    await editor.locator(":scope > summary").click();
    const text = editor.getByRole("textbox", { name: "Runbook (YAML or JSON)" });
    const good = await text.inputValue();
    await text.fill(good.replace('"0.3"', '"2.2"'));
    await editor.getByRole("button", { name: "Add runbook" }).click();
    await editor.getByText("InvalidDocumentSchemaVersion").waitFor();
    const { documents } = await getJson(`${world.awsUrl}/_control/documents`);
    assert.ok(!documents.some((each: { name: string }) => each.name === "My-Runbook"));

    await text.fill(good);
    await editor.getByRole("button", { name: "Add runbook" }).click();
    const id = await startRunbook(page, world, "My-Runbook");
    await requestMessage(page, id).getByText("Drain web-1?").waitFor();
    await decide(page, id, "Approve");
    await waitForStatus(world, id, "Success");
  });

  test("the Wire tab shows the signal with its body, newest first, and can be searched", async () => {
    await page.getByRole("tab", { name: "Wire" }).click();
    const panel = page.getByRole("tabpanel");
    await panel.getByRole("searchbox").fill("SendAutomationSignal");
    // Events about the signal contain the word, too.
    const signals = panel.locator("details.wire", {
      has: page.locator("summary", { hasText: "SendAutomationSignal" }),
    });
    const entry = signals.first();
    await entry.getByText("Countersign → AWS").waitFor();
    await entry.locator("summary").click();
    await entry.getByRole("region", { name: "Request body" }).getByText('"SignalType": "Approve"').waitFor();
    assert.equal(await signals.count(), 1);
    await panel.getByRole("searchbox").fill("no such word anywhere");
    await panel.getByText("No matching calls yet.").waitFor();
  });

  /** A value that a shell would execute if it were not quoted correctly. */
  const HOSTILE_VALUE = "it's 2026 $(touch x) `id` \"; exit 1";

  const findOption = (words: string[], option: string) => words[words.indexOf(option) + 1] ?? "";

  /** Parses a command with a real shell, in which a function replaces the CLI and prints its arguments. */
  function parseWithShell(line: string) {
    const cli = `aws() { printf '%s\\0' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" "$@"; }`;
    const read = execFileSync("/bin/sh", ["-c", `${cli}\n${line}`], { encoding: "utf8", env: {} });
    const [accessKeyId = "", secretAccessKey = "", ...words] = read.split("\0");
    return { accessKeyId, secretAccessKey, words };
  }

  const makeClient = ({ words, ...credentials }: ReturnType<typeof parseWithShell>) =>
    new SSMClient({
      endpoint: findOption(words, "--endpoint-url"),
      region: findOption(words, "--region"),
      credentials,
    });

  test("the terminal command of the page starts a runbook that appears on the page", async () => {
    await page.getByRole("tab", { name: "Runbooks" }).click();
    const card = page.locator("details.runbook", { hasText: "Web-Rollback" });
    await card.locator("summary").first().click();
    await card.getByRole("textbox", { name: "ToVersion" }).fill(HOSTILE_VALUE);
    await card.getByText("Start it from a terminal").click();
    const line = await card.getByRole("region", { name: "start Web-Rollback" }).innerText();
    const { words, accessKeyId, secretAccessKey } = parseWithShell(line);
    assert.deepEqual(words.slice(4, 8), ["ssm", "start-automation-execution", "--document-name", "Web-Rollback"]);
    const parameters = findOption(words, "--parameters");
    assert.equal(findOption(words, "--region"), "us-east-1");
    const ssm = makeClient({ words, accessKeyId, secretAccessKey });
    const started = await ssm.send(
      new StartAutomationExecutionCommand({ DocumentName: "Web-Rollback", Parameters: JSON.parse(parameters) }),
    );
    ssm.destroy();
    await requestMessage(page, String(started.AutomationExecutionId)).getByText("2026 $(touch").first().waitFor();

    await page.getByRole("tab", { name: "Wire" }).click();
    await page.getByRole("searchbox").fill("StartAutomationExecution");
    await page.locator("details.wire", { hasText: "admin → AWS" }).waitFor();
    await page.getByRole("searchbox").fill("");
  });

  test("a start of a runbook with a pause tells what follows, and its card how to resume it outside Slack", async () => {
    await page.getByRole("tab", { name: "Runbooks" }).click();
    const runbook = page.locator("details.runbook", { hasText: "Maintenance-Pause" });
    await runbook.locator("summary").first().click();
    await runbook.getByRole("button", { name: "Start Maintenance-Pause" }).click();
    await page
      .getByText("It pauses for manual work. If a route covers pauses, Countersign asks in Slack to resume or stop it.")
      .waitFor();
    const { AutomationExecutionId: id } = (await world.executions()).at(-1);
    await waitForStatus(world, id, "Waiting");
    const terminal = page.locator(`[data-execution="${id}"] details.terminal`);
    await terminal.locator("summary").click();
    await terminal.getByText("This step is paused. Resume it outside Slack:").waitFor();
  });

  test("the terminal command of the page resumes a paused execution", async () => {
    const steps = [{ name: "byHand", action: "aws:pause", inputs: {}, isEnd: true }];
    const content = { schemaVersion: "0.3", mainSteps: steps };
    await postJson(`${world.awsUrl}/_control/seed`, { documents: [{ name: "Only-Pause", content }] });
    const id = await startRunbook(page, world, "Only-Pause");
    const card = page.locator(`[data-execution="${id}"]`);
    await card.getByText("From a terminal", { exact: true }).click();
    const read = parseWithShell(await card.getByRole("region", { name: "signal execution" }).innerText());
    const [name = "", value = ""] = findOption(read.words, "--payload").split("=");
    const ssm = makeClient(read);
    await ssm.send(
      new SendAutomationSignalCommand({
        AutomationExecutionId: findOption(read.words, "--automation-execution-id"),
        SignalType: findOption(read.words, "--signal-type") as SignalType,
        Payload: { [name]: [value] },
      }),
    );
    ssm.destroy();
    await waitForStatus(world, id, "Success");
    await card.getByRole("region", { name: "signal execution" }).waitFor({ state: "detached" });
  });

  test("a reply appears in its thread, and the channel shows the number of replies", async () => {
    await openConversation(page, "random");
    const composer = page.getByRole("combobox", { name: "Message #random" });
    await composer.fill("Who is on call?");
    await composer.press("Enter");
    const question = page.getByRole("region", { name: "#random" }).locator("article", { hasText: "Who is on call?" });
    await question.hover();
    await question.getByRole("button", { name: "Reply in thread" }).click();
    const thread = page.getByRole("region", { name: "Thread" });
    await thread.getByRole("combobox", { name: "Reply" }).fill("Dan is");
    await thread.getByRole("button", { name: "Send" }).click();
    await thread.getByText("Dan is").waitFor();
    await question.getByRole("button", { name: "1 reply" }).waitFor();
    assert.equal(await page.getByRole("log", { name: "Messages" }).getByText("Dan is").count(), 0);
    await thread.getByRole("button", { name: "Close thread" }).click();
  });

  fullMatrixTest("after a dropped socket, the bot reconnects and a click arrives", async () => {
    await openConversation(page, "approvals");
    const id = await startRunbook(page, world, "Web-Rollback");
    await requestMessage(page, id).waitFor();
    const { delivery: before } = await getJson(`${world.slackUrl}/_control/state`);
    await inDrawer(() => page.getByRole("button", { name: "Drop the socket" }).click());
    const known = new Set(before.links.map((each: { id: number }) => each.id));
    await eventually("there is a new connection", async () => {
      const { delivery } = await getJson(`${world.slackUrl}/_control/state`);
      return delivery.links.some((each: { id: number }) => !known.has(each.id));
    });
    await page.getByText("bot connected").waitFor();
    await decide(page, id, "Approve");
    await waitForStatus(world, id, "Success");
  });

  fullMatrixTest("after an hour, an undecided request has timed out in AWS and in its message", async () => {
    const id = await startRunbook(page, world, "Web-Deploy-Two-Gates");
    await requestMessage(page, id).waitFor();
    await inDrawer(() => page.getByRole("button", { name: "+1 h" }).click());
    await waitForStatus(world, id, "TimedOut");
    await requestMessage(page, id).getByText("Timed out", { exact: false }).first().waitFor();
    assert.deepEqual(await executedSignals(world, id), []);
  });

  test("another website in the same browser can control neither the bot nor AWS", async () => {
    const ask = (path: string, headers: Record<string, string>, body: object) =>
      fetch(world.slackUrl + path, { method: "POST", headers, body: JSON.stringify(body) }).then(
        ({ status }) => status,
      );
    const elsewhere = { "sec-fetch-site": "cross-site" };
    assert.equal(await ask("/_control/bot", elsewhere, { action: "kill" }), 403);
    assert.equal(await ask("/aws/_control/seed", elsewhere, { executions: [{ document: "Web-Rollback" }] }), 403);
    assert.equal(await ask("/_control/bot", {}, { action: "dance" }), 400);
    assert.equal(world.sandbox.bot.status().running, true);
  });

  test("read calls do not push other calls off the Wire tab", async () => {
    for (let index = 0; index < 450; index++) await fetch(`${world.slackUrl}/api/auth.test`, { method: "POST" });
    await page.getByRole("tab", { name: "Wire" }).click();
    await page.getByRole("searchbox").fill("SendAutomationSignal");
    await page.locator("details.wire").first().waitFor();
    await page.reload();
    await page.getByRole("tab", { name: "Wire" }).click();
    await page.getByRole("searchbox").fill("SendAutomationSignal");
    await page.locator("details.wire").first().waitFor();
  });

  test("no page requested anything outside this machine, and none reported an error", () => {
    assert.deepEqual(world.externalRequests, []);
    // The browser reports the status of the rejected runbook above.
    assert.deepEqual(
      world.pageErrors.filter((each) => !each.includes("400")),
      [],
    );
  });

  test("the editor lists the runbooks of Amazon and adds a stub of another one, and a start form starts thirty", async () => {
    const stub = "AWS-PatchInstanceWithRollback";
    await page.getByRole("tab", { name: "Runbooks" }).click();
    const editor = page.locator("details.editor");
    await editor.evaluate((each) => ((each as HTMLDetailsElement).open = true));
    await editor.getByText("Amazon's runbooks").click();
    const names = editor.getByText(/The sandbox simulates these runbooks.*AWS-ResizeInstance/);
    await names.waitFor();
    assert.ok(!(await names.innerText()).includes(stub));
    await editor.getByRole("textbox", { name: "Name", exact: true }).fill(stub);
    await editor.getByRole("button", { name: "Add runbook" }).click();
    await page.getByText(`Added ${stub} to the runbooks.`).waitFor();
    const card = page.locator("details.runbook", { hasText: stub });
    await card.locator("summary").first().click();
    await card.getByRole("button", { name: "Start 30 executions" }).click();
    await eventually("thirty executions wait", async () => {
      const started = (await world.executions()).filter((each) => each.DocumentName === stub);
      return started.length === 30 && started.every((each) => each.AutomationExecutionStatus === "Waiting");
    });
  });
});
