import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Page } from "playwright-core";
import { eventually } from "../support/eventually.ts";
import { getJson } from "../support/http-json.ts";
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

/** Rejections on the sandbox page, the page while calls, the bot or clicks fail, and a jump of the time. */

let world: PageWorld;
let page: Page;
suite("rejections and faults on the page", () => {
  before(async () => {
    world = await pageWorld();
    page = await world.open();
  });
  after(() => world?.close());

  test("a rejection requires a reason in a modal and passes it on to AWS", async () => {
    await actAs(page, "Mia Chen");
    await openConversation(page, "prod-dba");
    const id = await startRunbook(page, world, "Prod-DB-Restart");
    await decide(page, id, "Reject");
    const modal = page.getByRole("dialog", { name: "Reject this step" });
    const reason = modal.getByRole("textbox", { name: "Reason" });
    assert.ok(await reason.evaluate((each) => each === document.activeElement), "the input has the focus");
    await modal.getByRole("button", { name: "Reject" }).click();
    await modal.getByText("Please complete this required field.").waitFor();
    assert.equal(await modal.getByRole("textbox", { name: "Reason" }).getAttribute("aria-invalid"), "true");

    await modal.getByRole("textbox", { name: "Reason" }).fill("Not during peak hours");
    await modal.getByRole("button", { name: "Reject" }).click();
    await modal.waitFor({ state: "detached" });

    const ended = await waitForStatus(world, id, "Failed");
    assert.deepEqual(
      ended.signals.map((each: { type: string }) => each.type),
      ["Reject"],
    );
    assert.match(JSON.stringify(ended.signals[0].payload), /Mia Chen.*Not during peak hours/);
    await requestMessage(page, id).getByText("Not during peak hours").waitFor();
  });

  test("a signal whose reply is lost takes effect exactly once", async () => {
    await actAs(page, "Dan Okafor");
    await openConversation(page, "approvals");
    const id = await startRunbook(page, world, "Web-Deploy-Two-Gates");
    await requestMessage(page, id).waitFor();
    await page.getByRole("button", { name: "What could go wrong" }).click();
    await page.getByRole("switch", { name: "The reply to the next signal is lost" }).check();
    await page.getByRole("button", { name: "Close the drawer" }).click();

    await decide(page, id, "Approve");

    // The fault is used up, and its switch shows that.
    await page.getByRole("button", { name: "What could go wrong" }).click();
    await page.getByRole("switch", { name: "The reply to the next signal is lost", checked: false }).waitFor();
    await page.getByRole("button", { name: "Close the drawer" }).click();

    // Only the first gate: a blind retry would have approved the second.
    await requestMessage(page, id).getByText("gate 2 of 2").first().waitFor();
    const calls = await executedSignals(world, id);
    assert.deepEqual(
      calls.map((each) => each.outcome.fault),
      ["drop-reply"],
    );
    const running = await waitForStatus(world, id, "Waiting");
    assert.deepEqual(running.steps.map((each: { status: string }) => each.status).slice(0, 4), [
      "Success",
      "Success",
      "Success",
      "Waiting",
    ]);
    await requestMessage(page, id).first().getByText("Approved", { exact: false }).first().waitFor();
  });

  test("after a kill and a start of the bot from the page, an approval counts", async () => {
    await actAs(page, "Jane Ito");
    await openConversation(page, "approvals");
    const id = await startRunbook(page, world, "Web-Rollback");
    await requestMessage(page, id).waitFor();
    await page.getByRole("button", { name: "What could go wrong" }).click();
    await page.getByRole("button", { name: "Kill (SIGKILL)" }).click();
    await page.getByText("The bot is not running (last exit: SIGKILL)").waitFor();
    await page.getByText("Start it under").waitFor();
    assert.equal(world.sandbox.bot.status().running, false);

    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.getByText("bot connected").waitFor();
    await page.getByRole("button", { name: "Close the drawer" }).click();
    assert.equal(await requestMessage(page, id).count(), 1, "the request was posted again");
    await decide(page, id, "Approve");

    const ended = await waitForStatus(world, id, "Success");
    assert.match(JSON.stringify(ended.signals[0].payload), /Jane Ito/);
    await requestMessage(page, id).getByText("has succeeded").waitFor();
  });

  test("a click that the bot does not acknowledge shows a warning", async () => {
    const id = await startRunbook(page, world, "Web-Rollback");
    await requestMessage(page, id).waitFor();
    await world.sandbox.bot.kill();
    await requestMessage(page, id).getByRole("button", { name: "Details" }).click();
    await requestMessage(page, id).getByText("Countersign did not respond. Nothing was recorded.").waitFor();
    world.sandbox.bot.start();
    await page.getByText("bot connected").waitFor();
  });

  test("one click advances the clock by a week, and Countersign continues", async () => {
    const began = (await getJson(`${world.awsUrl}/_control/clock`)).now;
    await page.getByRole("button", { name: "What could go wrong" }).click();
    await page.getByRole("button", { name: "+7 days" }).click();
    const week = 7 * 86_400_000;
    const now = await eventually("a week has passed", async () => {
      const read = (await getJson(`${world.awsUrl}/_control/clock`)).now;
      return read - began >= week && read;
    });
    const day = new Date(now).toISOString().slice(0, 10);
    await page.getByRole("complementary", { name: "What could go wrong" }).getByText(day).waitFor();
    await page.getByRole("button", { name: "Close the drawer" }).click();

    await openConversation(page, "approvals");
    const id = await startRunbook(page, world, "Web-Rollback");
    await decide(page, id, "Approve");
    await waitForStatus(world, id, "Success");
    await requestMessage(page, id).getByText("has succeeded").waitFor();
    const waiting = (await world.executions()).filter((each) => each.AutomationExecutionStatus === "Waiting");
    assert.deepEqual(
      waiting.filter((each) => each.ExecutionStartTime * 1000 < now - week),
      [],
      "undecided requests have timed out",
    );
  });

  test("no page requested anything outside this machine, and none reported an error", () => {
    assert.deepEqual(world.externalRequests, []);
    assert.deepEqual(world.pageErrors, []);
  });
});
