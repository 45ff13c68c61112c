import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import {
  SendAutomationSignalCommand,
  type SignalType,
  SSMClient,
  StartAutomationExecutionCommand,
} from "@aws-sdk/client-ssm";
import type { Page } from "playwright-core";
import { eventually } from "../support/eventually.ts";
import { getJson, postJson } from "../support/http-json.ts";
import {
  actAs,
  decide,
  executionIs,
  goTo,
  messageOf,
  type PageWorld,
  pageWorld,
  signalsCarriedOut,
  startRunbook,
} from "../support/page-world.ts";

/** What the page offers besides the conversation: runbooks of one's own, the wire, the terminal, the clock, the socket. */

let world: PageWorld;
let page: Page;
before(async () => {
  world = await pageWorld();
  page = await world.open();
});
after(() => world?.close());

const drawer = async (act: () => Promise<void>) => {
  await page.getByRole("button", { name: "What could go wrong" }).click();
  await act();
  await page.getByRole("button", { name: "Close the drawer" }).click();
};

test("App Home shows a person what waits for them, and leads to the message", async () => {
  await actAs(page, "Mia Chen");
  await goTo(page, "App Home");
  const home = page.getByRole("region", { name: "What waits for you" });
  await home.getByText("Prod-DB-Restart").waitFor();
  assert.equal(await home.getByText("Web-Rollback").count(), 0, "Mia is not asked for that one");
  await home.getByRole("button", { name: "Open the message" }).click();
  await page.getByRole("heading", { name: "#prod-dba" }).waitFor();
});

test("a runbook of one's own is refused with AWS's words, then mended, started and approved", async () => {
  await actAs(page, "Jane Ito");
  await goTo(page, "approvals");
  const editor = page.locator("details.editor");
  await editor.locator("summary").click();
  const text = editor.getByRole("textbox", { name: "Runbook (YAML or JSON)" });
  const good = await text.inputValue();
  await text.fill(good.replace('"0.3"', '"2.2"'));
  await editor.getByRole("button", { name: "Add this runbook" }).click();
  await editor.getByText("InvalidDocumentSchemaVersion").waitFor();
  const { documents } = await getJson(`${world.awsUrl}/_control/documents`);
  assert.ok(!documents.some((each: { name: string }) => each.name === "My-Runbook"));

  await text.fill(good);
  await editor.getByRole("button", { name: "Add this runbook" }).click();
  const id = await startRunbook(page, world, "My-Runbook");
  await messageOf(page, id).getByText("Drain web-1?").waitFor();
  await decide(page, id, "Approve");
  await executionIs(world, id, "Success");
});

test("the wire shows the signal with its body, newest first, and can be searched", async () => {
  await page.getByRole("tab", { name: "Wire" }).click();
  const panel = page.getByRole("tabpanel");
  await panel.getByRole("searchbox").fill("SendAutomationSignal");
  const entry = panel.locator("details.wire").first();
  await entry.getByText("Countersign → AWS").waitFor();
  await entry.locator("summary").click();
  await entry.getByRole("region", { name: "What was sent" }).getByText('"SignalType": "Approve"').waitFor();
  assert.equal(await panel.locator("details.wire").count(), 1);
  await panel.getByRole("searchbox").fill("no such word anywhere");
  await panel.getByText("No such call yet.").waitFor();
});

/** What a shell would make of text that is not quoted well. */
const HOSTILE = "it's 2026 $(touch x) `id` \"; exit 1";

const optionOf = (words: string[], option: string) => words[words.indexOf(option) + 1] ?? "";

/** What the CLI would be given: a real shell reads the line, and a function stands where the CLI would. */
function asTheShellReads(line: string) {
  const cli = `aws() { printf '%s\\0' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" "$@"; }`;
  const read = execFileSync("/bin/sh", ["-c", `${cli}\n${line}`], { encoding: "utf8", env: {} });
  const [accessKeyId = "", secretAccessKey = "", ...words] = read.split("\0");
  return { accessKeyId, secretAccessKey, words };
}

const clientOf = ({ words, ...credentials }: ReturnType<typeof asTheShellReads>) =>
  new SSMClient({ endpoint: optionOf(words, "--endpoint-url"), region: optionOf(words, "--region"), credentials });

test("what is started as the page's line for a terminal says appears on the page", async () => {
  await page.getByRole("tab", { name: "Runbooks" }).click();
  const card = page.locator("details.runbook", { hasText: "Web-Rollback" });
  await card.locator("summary").first().click();
  await card.getByRole("textbox", { name: "ToVersion" }).fill(HOSTILE);
  await card.getByText("The same from a terminal").click();
  const line = await card.getByRole("region", { name: "start Web-Rollback" }).innerText();
  const { words, accessKeyId, secretAccessKey } = asTheShellReads(line);
  assert.deepEqual(words.slice(4, 8), ["ssm", "start-automation-execution", "--document-name", "Web-Rollback"]);
  const parameters = optionOf(words, "--parameters");
  assert.equal(optionOf(words, "--region"), "us-east-1");
  const ssm = clientOf({ words, accessKeyId, secretAccessKey });
  const started = await ssm.send(
    new StartAutomationExecutionCommand({ DocumentName: "Web-Rollback", Parameters: JSON.parse(parameters) }),
  );
  ssm.destroy();
  await messageOf(page, String(started.AutomationExecutionId)).getByText("2026 $(touch").first().waitFor();

  await page.getByRole("tab", { name: "Wire" }).click();
  await page.getByRole("searchbox").fill("StartAutomationExecution");
  await page.locator("details.wire", { hasText: "admin → AWS" }).waitFor();
  await page.getByRole("searchbox").fill("");
});

test("a paused execution goes on as its line for a terminal says", async () => {
  const steps = [{ name: "byHand", action: "aws:pause", inputs: {}, isEnd: true }];
  const content = { schemaVersion: "0.3", mainSteps: steps };
  await postJson(`${world.awsUrl}/_control/seed`, { documents: [{ name: "Only-Pause", content }] });
  const id = await startRunbook(page, world, "Only-Pause");
  const card = page.locator(`[data-execution="${id}"]`);
  await card.getByText("From a terminal", { exact: true }).click();
  const read = asTheShellReads(await card.getByRole("region", { name: "signal execution" }).innerText());
  const [name = "", value = ""] = optionOf(read.words, "--payload").split("=");
  const ssm = clientOf(read);
  await ssm.send(
    new SendAutomationSignalCommand({
      AutomationExecutionId: optionOf(read.words, "--automation-execution-id"),
      SignalType: optionOf(read.words, "--signal-type") as SignalType,
      Payload: { [name]: [value] },
    }),
  );
  ssm.destroy();
  await executionIs(world, id, "Success");
  await card.getByRole("region", { name: "signal execution" }).waitFor({ state: "detached" });
});

test("a reply stays in its thread, and the channel counts it", async () => {
  await goTo(page, "random");
  const line = page.getByRole("combobox", { name: "Message #random" });
  await line.fill("Who is on call?");
  await line.press("Enter");
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

test("the socket is dropped, stands again by itself, and a click arrives", async () => {
  await goTo(page, "approvals");
  const id = await startRunbook(page, world, "Web-Rollback");
  await messageOf(page, id).waitFor();
  const { delivery: before } = await getJson(`${world.slackUrl}/_control/state`);
  await drawer(() => page.getByRole("button", { name: "Drop the socket" }).click());
  const known = new Set(before.links.map((each: { id: number }) => each.id));
  await eventually("another connection stands", async () => {
    const { delivery } = await getJson(`${world.slackUrl}/_control/state`);
    return delivery.links.some((each: { id: number }) => !known.has(each.id));
  });
  await page.getByText("bot connected").waitFor();
  await decide(page, id, "Approve");
  await executionIs(world, id, "Success");
});

test("an hour later what nobody decided has timed out, on AWS's side and in its message", async () => {
  const id = await startRunbook(page, world, "Web-Deploy-Two-Gates");
  await messageOf(page, id).waitFor();
  await drawer(() => page.getByRole("button", { name: "+1 h" }).click());
  await executionIs(world, id, "TimedOut");
  await messageOf(page, id).getByText("Timed out", { exact: false }).first().waitFor();
  assert.deepEqual(await signalsCarriedOut(world, id), []);
});

test("another website open in the same browser reaches neither the bot nor AWS", async () => {
  const ask = (path: string, headers: Record<string, string>, body: object) =>
    fetch(world.slackUrl + path, { method: "POST", headers, body: JSON.stringify(body) }).then(({ status }) => status);
  const elsewhere = { "sec-fetch-site": "cross-site" };
  assert.equal(await ask("/_control/bot", elsewhere, { action: "kill" }), 403);
  assert.equal(await ask("/aws/_control/seed", elsewhere, { executions: [{ document: "Web-Rollback" }] }), 403);
  assert.equal(await ask("/_control/bot", {}, { action: "dance" }), 400);
  assert.equal(world.sandbox.bot.status().running, true);
});

test("no page asked for anything outside this machine, and none complained", () => {
  assert.deepEqual(world.strays, []);
  // The refused runbook of the story above: the browser reports its status.
  assert.deepEqual(
    world.complaints.filter((each) => !each.includes("400")),
    [],
  );
});
