import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
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

/** What a person does on the sandbox's page, and what AWS's side says of it. */

let world: PageWorld;
let page: Page;
before(async () => {
  world = await pageWorld();
  page = await world.open();
});
after(() => world?.close());

const stepOnPage = (id: string, step: string) => page.locator(`[data-execution="${id}"] [data-step="${step}"]`);

test("a runbook is started, asks in its channel, and one approver lets it go on", async () => {
  await actAs(page, "Jane Ito");
  await goTo(page, "approvals");
  const id = await startRunbook(page, world, "Web-Rollback");
  await stepOnPage(id, "approveRollback").getByText("Waiting").waitFor();
  await messageOf(page, id).getByText("0 of 1 approval").waitFor();

  await decide(page, id, "Approve");

  const ended = await executionIs(world, id, "Success");
  assert.equal(ended.signals.length, 1);
  assert.equal(ended.signals[0].type, "Approve");
  assert.match(JSON.stringify(ended.signals[0].payload), /Jane Ito/);
  await messageOf(page, id).getByText("The execution has succeeded").waitFor();
  await stepOnPage(id, "rollBack").getByText("Success").waitFor();
  await page.locator(`[data-execution="${id}"]`).getByText("Signals received").waitFor();
  assert.equal(await messageOf(page, id).getByRole("button", { name: "Approve" }).count(), 0);
});

test("a rejection asks for its reason in a modal, refuses an empty one, and takes it to AWS", async () => {
  await actAs(page, "Mia Chen");
  await goTo(page, "prod-dba");
  const id = await startRunbook(page, world, "Prod-DB-Restart");
  await decide(page, id, "Reject");
  const modal = page.getByRole("dialog", { name: "Reject this step" });
  const reason = modal.getByRole("textbox", { name: "Reason" });
  assert.ok(await reason.evaluate((each) => each === document.activeElement), "one can write at once");
  await modal.getByRole("button", { name: "Reject" }).click();
  await modal.getByText("Please complete this required field.").waitFor();
  assert.equal(await modal.getByRole("textbox", { name: "Reason" }).getAttribute("aria-invalid"), "true");

  await modal.getByRole("textbox", { name: "Reason" }).fill("Not during peak hours");
  await modal.getByRole("button", { name: "Reject" }).click();
  await modal.waitFor({ state: "detached" });

  const ended = await executionIs(world, id, "Failed");
  assert.deepEqual(
    ended.signals.map((each: { type: string }) => each.type),
    ["Reject"],
  );
  assert.match(JSON.stringify(ended.signals[0].payload), /Mia Chen.*Not during peak hours/);
  await messageOf(page, id).getByText("Not during peak hours").waitFor();
});

test("who may not decide is told so alone, and AWS hears nothing", async () => {
  await actAs(page, "Rosa Lind");
  await goTo(page, "approvals");
  const id = await startRunbook(page, world, "Web-Rollback");
  await decide(page, id, "Approve");
  const refusal = page.locator("article.ephemeral", { hasText: "may decide this" });
  await refusal.getByText("Only visible to you").waitFor();

  await actAs(page, "Jane Ito");
  await messageOf(page, id).waitFor();
  assert.equal(await refusal.count(), 0, "Jane sees Rosa's refusal");

  assert.deepEqual(await signalsCarriedOut(world, id), []);
  await executionIs(world, id, "Waiting");
});

test("/approvals is completed by keyboard and answers the admin alone with what waits", async () => {
  await actAs(page, "Ada Admin");
  await goTo(page, "random");
  const line = page.getByRole("combobox", { name: "Message #random" });
  await line.fill("/app");
  await page.getByRole("option", { name: "/approvals pending" }).waitFor();
  await line.press("Enter");
  assert.equal(await line.inputValue(), "/approvals pending");
  await line.press("Enter");

  const answer = page.locator("article.ephemeral").last();
  await answer.getByText("Web-Deploy-Two-Gates").waitFor();
  const waiting = (await world.executions()).filter((each) => each.AutomationExecutionStatus === "Waiting");
  await answer.getByText(`${waiting.length} requests wait`).waitFor();
});

test("the reply to a signal is lost, and it is carried out once all the same", async () => {
  await actAs(page, "Dan Okafor");
  await goTo(page, "approvals");
  const id = await startRunbook(page, world, "Web-Deploy-Two-Gates");
  await messageOf(page, id).waitFor();
  await page.getByRole("button", { name: "What could go wrong" }).click();
  await page.getByRole("switch", { name: "The reply to the next signal is lost" }).check();
  await page.getByRole("button", { name: "Close the drawer" }).click();

  await decide(page, id, "Approve");

  // A fault that has struck is no longer in force, and its switch says so.
  await page.getByRole("button", { name: "What could go wrong" }).click();
  await page.getByRole("switch", { name: "The reply to the next signal is lost", checked: false }).waitFor();
  await page.getByRole("button", { name: "Close the drawer" }).click();

  // The first gate alone: a signal sent again blindly would have opened the second.
  await messageOf(page, id).getByText("gate 2 of 2").first().waitFor();
  const calls = await signalsCarriedOut(world, id);
  assert.deepEqual(
    calls.map((each) => each.outcome.fault),
    ["drop-reply"],
  );
  const running = await executionIs(world, id, "Waiting");
  assert.deepEqual(running.steps.map((each: { status: string }) => each.status).slice(0, 4), [
    "Success",
    "Success",
    "Success",
    "Waiting",
  ]);
  await messageOf(page, id).first().getByText("Approved", { exact: false }).first().waitFor();
});

test("the bot is killed and started again from the page, and an approval then counts", async () => {
  await actAs(page, "Jane Ito");
  await goTo(page, "approvals");
  const id = await startRunbook(page, world, "Web-Rollback");
  await messageOf(page, id).waitFor();
  await page.getByRole("button", { name: "What could go wrong" }).click();
  await page.getByRole("button", { name: "Kill it (SIGKILL)" }).click();
  await page.getByText("The bot does not run, ended with SIGKILL").waitFor();
  await page.getByText("Start it again under").waitFor();
  assert.equal(world.sandbox.bot.status().running, false);

  await page.getByRole("button", { name: "Start it", exact: true }).click();
  await page.getByText("bot connected").waitFor();
  await page.getByRole("button", { name: "Close the drawer" }).click();
  assert.equal(await messageOf(page, id).count(), 1, "the request was posted again");
  await decide(page, id, "Approve");

  const ended = await executionIs(world, id, "Success");
  assert.match(JSON.stringify(ended.signals[0].payload), /Jane Ito/);
  await messageOf(page, id).getByText("The execution has succeeded").waitFor();
});

test("a click that nobody answers is marked as such", async () => {
  const id = await startRunbook(page, world, "Web-Rollback");
  await messageOf(page, id).waitFor();
  await world.sandbox.bot.kill();
  await messageOf(page, id).getByRole("button", { name: "Details" }).click();
  await messageOf(page, id).getByText("A warning triangle stands beside the button").waitFor();
  world.sandbox.bot.start();
  await page.getByText("bot connected").waitFor();
});

test("no page asked for anything outside this machine, and none complained", () => {
  assert.deepEqual(world.strays, []);
  assert.deepEqual(world.complaints, []);
});
