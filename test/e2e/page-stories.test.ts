import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { seriousViolations } from "../support/axe.ts";
import { eventually } from "../support/eventually.ts";
import {
  actAs,
  decide,
  executedSignals,
  findOverflow,
  openConversation,
  type PageWorld,
  pageWorld,
  requestMessage,
  startRunbook,
  waitForStatus,
} from "../support/page-world.ts";

/** What people do on the sandbox page, and its effect in AWS. */

const PHONE = { width: 390, height: 844 };
const MAX_OPEN = 450;
const MAX_ENDED = 220;

let world: PageWorld;
let page: Page;
suite("stories on the page", () => {
  before(async () => {
    world = await pageWorld();
    page = await world.open();
  });
  after(() => world?.close());

  /** An approver decides on a phone, so a request must fit on its screen, and a channel of decided requests must stay short. */
  suite("heights of messages on a phone", () => {
    let phone: Page;
    before(async () => {
      phone = await world.open({ viewport: PHONE });
      await openWorkspace();
    });
    after(() => phone?.close());

    const openWorkspace = () => phone.getByRole("button", { name: "Workspace" }).click();

    async function findExecution(document: string): Promise<string> {
      const found = (await world.executions()).find((each) => each.DocumentName === document);
      assert.ok(found !== undefined, `${document} is not among the seeded executions`);
      return found.AutomationExecutionId;
    }

    async function assertHeight(message: Locator, max: number): Promise<void> {
      const box = await message.boundingBox();
      assert.ok(box !== null, "the message is visible");
      const found = Math.round(box.height);
      assert.ok(found <= max, `${found} px tall, more than ${max} px: ${await message.innerText()}`);
    }

    test("nothing is cut off, and axe finds no serious violation", async () => {
      await phone.reload();
      await phone.getByText("until the right people approve in Slack").waitFor();
      await phone.getByRole("list", { name: "First steps" }).locator("button:visible").first().waitFor();
      await openWorkspace();
      await openConversation(phone, "prod-dba");
      await phone.getByText("Approve Prod-DB-Restart?").waitFor();
      for (const panel of ["Workspace", "Conversation", "AWS"]) {
        await phone.getByRole("navigation", { name: "Panels" }).getByRole("button", { name: panel }).click();
        assert.deepEqual(await findOverflow(phone), [], `in ${panel}`);
        assert.deepEqual(await seriousViolations(phone), [], `in ${panel}`);
      }
      await openWorkspace();
    });

    test("a request with three changed parameters is at most 450 px tall", async () => {
      await actAs(phone, "Mia Chen");
      await openConversation(phone, "prod-dba");
      const message = requestMessage(phone, await findExecution("Prod-DB-Restart"));
      await message.getByRole("button", { name: "Approve", exact: true }).waitFor();
      for (const value of ["orders-primary", "prod", "Connections leak since 09:40"])
        assert.ok((await message.innerText()).includes(value), `${value} is shown`);
      await assertHeight(message, MAX_OPEN);
    });

    test("after an approval and the end of the execution, it is at most 220 px tall", async () => {
      const id = await findExecution("Prod-DB-Restart");
      await decide(phone, id, "Approve");
      await waitForStatus(world, id, "Success");
      const message = requestMessage(phone, id);
      await message.getByText("succeeded").waitFor();
      await assertHeight(message, MAX_ENDED);
    });

    test("after a rejection with a reason, it is at most 220 px tall", async () => {
      await openWorkspace();
      await actAs(phone, "Dan Okafor");
      await openConversation(phone, "approvals");
      const id = await findExecution("Web-Rollback");
      await decide(phone, id, "Reject");
      const modal = phone.getByRole("dialog");
      await modal.getByRole("textbox", { name: "Reason" }).fill("Not during peak hours");
      await modal.getByRole("button", { name: "Reject" }).click();
      await waitForStatus(world, id, "Success");
      const message = requestMessage(phone, id);
      await message.getByText("succeeded").waitFor();
      await message.getByText("Not during peak hours").waitFor();
      await assertHeight(message, MAX_ENDED);
    });
  });

  const findStep = (id: string, step: string) => page.locator(`[data-execution="${id}"] [data-step="${step}"]`);

  test("a started runbook asks for approval in its channel and continues after one approval", async () => {
    await actAs(page, "Jane Ito");
    await openConversation(page, "approvals");
    const id = await startRunbook(page, world, "Web-Rollback");
    await findStep(id, "approveRollback").getByText("Waiting").waitFor();
    await requestMessage(page, id).getByText("0 of 1 approval").waitFor();

    await decide(page, id, "Approve");

    const ended = await waitForStatus(world, id, "Success");
    assert.equal(ended.signals.length, 1);
    assert.equal(ended.signals[0].type, "Approve");
    assert.match(JSON.stringify(ended.signals[0].payload), /Jane Ito/);
    await requestMessage(page, id).getByText("has succeeded").waitFor();
    await findStep(id, "rollBack").getByText("Success").waitFor();
    await page.locator(`[data-execution="${id}"]`).getByText("Signals received").waitFor();
    assert.equal(await requestMessage(page, id).getByRole("button", { name: "Approve" }).count(), 0);
    await page.getByRole("tab", { name: "Audit" }).click();
    const decided = page.locator("summary", { hasText: "Approval Decided (approve)" });
    await decided.getByText("Web-Rollback · Jane Ito").waitFor();
  });

  test("a person who may not decide gets an ephemeral message, and AWS gets no signal", async () => {
    await actAs(page, "Rosa Lind");
    await openConversation(page, "approvals");
    const id = await startRunbook(page, world, "Web-Rollback");
    await decide(page, id, "Approve");
    const refusal = page.locator("article.ephemeral", { hasText: "may decide this" });
    await refusal.getByText("Only visible to you").waitFor();

    await actAs(page, "Jane Ito");
    await requestMessage(page, id).waitFor();
    assert.equal(await refusal.count(), 0, "Jane sees Rosa's refusal");

    assert.deepEqual(await executedSignals(world, id), []);
    await waitForStatus(world, id, "Waiting");
  });

  test("a person approves by keyboard alone, and the focus returns to the button", async () => {
    await actAs(page, "Jane Ito");
    await openConversation(page, "approvals");
    const id = await startRunbook(page, world, "Web-Rollback");
    await requestMessage(page, id).getByRole("button", { name: "Approve", exact: true }).focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Approve Web-Rollback in default?" });
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assert.equal(await page.evaluate(() => document.activeElement?.id), "approve");

    await page.keyboard.press("Enter");
    const approve = dialog.getByRole("button", { name: "Approve" });
    assert.ok(await approve.evaluate((each) => each === document.activeElement), "Enter confirms");
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement as Element).outlineStyle);
    assert.equal(outline, "solid", "the focus is visible");
    await page.keyboard.press("Enter");
    await requestMessage(page, id).getByText("has succeeded").waitFor();
  });

  test("the guide shows a refusal of one's own execution and a withdrawal, and the audit tab names people and runbooks", async () => {
    const guide = page.getByRole("list", { name: "First steps" });
    const intro = page.getByRole("region", { name: "About this page" });
    await guide.getByRole("button", { name: "Try your own as Jane" }).click();
    await intro.getByText("You are Jane, and the IAM user jane started this runbook.").waitFor();
    const own = await eventually("the execution of Jane waits", async () =>
      (await world.executions()).find(
        (each) => each.ExecutedBy.endsWith("user/jane") && each.AutomationExecutionStatus === "Waiting",
      ),
    );
    await decide(page, own.AutomationExecutionId, "Approve");
    await page.locator("article.ephemeral", { hasText: "You started this execution" }).waitFor();
    await guide.getByRole("button", { name: "Try your own as Jane (done)" }).waitFor();

    await guide.getByRole("button", { name: "Withdraw as Jane" }).click();
    const payout = await eventually("the payout waits", async () =>
      (await world.executions()).find((each) => each.DocumentName === "Payout-Release"),
    );
    const message = requestMessage(page, payout.AutomationExecutionId);
    await decide(page, payout.AutomationExecutionId, "Approve");
    const form = page.getByRole("dialog");
    await form.getByRole("textbox", { name: "Reason" }).fill("The totals are right");
    await form.getByRole("button", { name: "Approve" }).click();
    await message.getByText("1 of 2 approvals").waitFor();
    await message.getByRole("button", { name: "Withdraw my approval" }).click();
    await message.getByText("0 of 2 approvals").waitFor();
    await guide.getByRole("button", { name: "Withdraw as Jane (done)" }).waitFor();
    assert.deepEqual(await executedSignals(world, payout.AutomationExecutionId), []);
    await page.getByText("Times as Jane Ito sees them: Tokyo time").waitFor();

    await page.getByRole("tab", { name: "Audit" }).click();
    await page
      .locator("summary", { hasText: "Approval Requested" })
      .getByText("Payout-Release · rosa@example.com")
      .waitFor();
  });

  test("/approvals is completed by keyboard and shows the pending requests to the admin only", async () => {
    await actAs(page, "Ada Admin");
    await openConversation(page, "random");
    const line = page.getByRole("combobox", { name: "Message #random" });
    await line.fill("/app");
    await page.getByRole("option", { name: "/approvals pending" }).waitFor();
    await line.press("Enter");
    assert.equal(await line.inputValue(), "/approvals pending");
    await line.press("Enter");

    const answer = page.locator("article.ephemeral").last();
    await answer.getByText("Web-Deploy-Two-Gates").waitFor();
    const waiting = (await world.executions()).filter((each) => each.AutomationExecutionStatus === "Waiting");
    await answer.getByText(`${waiting.length} requests are waiting`).waitFor();
  });

  test("no page requested anything outside this machine, and none reported an error", () => {
    assert.deepEqual(world.externalRequests, []);
    assert.deepEqual(world.pageErrors, []);
  });
});
