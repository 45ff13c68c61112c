import assert from "node:assert/strict";
import { after, before, suite } from "node:test";
import type { Page } from "playwright-core";
import { seriousViolations } from "../support/axe.ts";
import { eventually } from "../support/eventually.ts";
import { fullMatrixTest } from "../support/full-matrix.ts";
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

/** The rules of the sandbox's policy, and the steps of the guide that reach them. */

let world: PageWorld;
let page: Page;
suite("rules of the page", () => {
  before(async () => {
    world = await pageWorld();
    page = await world.open();
  });
  after(() => world?.close());

  const guide = () => page.getByRole("list", { name: "First steps" });
  const step = (name: string) => guide().getByRole("button", { name });

  fullMatrixTest("the guide reaches the second gate of a runbook", async () => {
    await step("Reach the next gate").click();
    const found = (await world.executions()).find((each) => each.DocumentName === "Web-Deploy-Two-Gates");
    await decide(page, found.AutomationExecutionId, "Approve");
    await eventually("the second gate waits", async () => (await step("Reach the next gate (done)").count()) === 1);
    await requestMessage(page, found.AutomationExecutionId).getByText("gate 2 of 2").first().waitFor();
  });

  fullMatrixTest(
    "a deletion needs two approvals with a reason and the typed name; each approver gets a message",
    async () => {
      await openConversation(page, "approvals");
      const id = await startRunbook(page, world, "Customer-Data-Delete");
      await openConversation(page, "Messages");
      const message = requestMessage(page, id);
      await message.getByText("IRREVERSIBLE").waitFor();
      await openConversation(page, "approvals");
      const form = page.getByRole("dialog");
      for (const [name, given] of [
        ["Jane Ito", "1 of 2 approvals"],
        ["Mia Chen", "Approved"],
      ] as const) {
        await actAs(page, name);
        await openConversation(page, "approvals");
        await message.getByRole("button", { name: "Approve", exact: true }).click();
        await form.getByRole("textbox", { name: "Reason" }).fill("The customer asked for it");
        await form.getByRole("textbox", { name: "Type the runbook's name" }).fill(" customer-data-delete ");
        await form.getByRole("button", { name: "Approve" }).click();
        await message.getByText(given).first().waitFor();
      }
      const ended = await waitForStatus(world, id, "Success");
      assert.equal(ended.signals.length, 1);
    },
  );

  fullMatrixTest("Details and a thread say whose time zone their times are in, also on a phone", async () => {
    const phone = await world.open({ viewport: { width: 390, height: 844 } });
    const zone = "Times as Jane Ito sees them: Tokyo time";
    await phone.getByRole("button", { name: "Workspace" }).click();
    await actAs(phone, "Jane Ito");
    await openConversation(phone, "approvals");
    const found = (await world.executions()).find((each) => each.DocumentName === "Web-Rollback");
    const message = requestMessage(phone, found.AutomationExecutionId);
    await message.getByRole("button", { name: "Details" }).click();
    const details = phone.getByRole("dialog");
    await details.getByText(zone).waitFor();
    await details.getByRole("button", { name: "Close" }).last().click();
    await details.waitFor({ state: "detached" });
    await message.getByRole("button", { name: /Reply in thread|repl(y|ies)$/ }).click();
    const thread = phone.getByRole("region", { name: "Thread" });
    await thread.getByText(zone).waitFor();
    assert.deepEqual([await findOverflow(phone), await seriousViolations(phone)], [[], []]);
    await phone.close();
  });

  fullMatrixTest("the guide shows a denial: Rosa is not an approver of her runbook", async () => {
    await step("Be denied as Rosa").click();
    const found = await eventually("it waits", async () =>
      (await world.executions()).findLast(
        ({ DocumentName, AutomationExecutionStatus }) =>
          DocumentName === "Web-Rollback" && AutomationExecutionStatus === "Waiting",
      ),
    );
    await decide(page, found.AutomationExecutionId, "Approve");
    await step("Be denied as Rosa (done)").waitFor();
    assert.equal((await executedSignals(world, found.AutomationExecutionId)).length, 0);
  });

  fullMatrixTest("the guide's first step starts a runbook, and its last step starts thirty", async () => {
    const before = (await world.executions()).length;
    await step("Start a runbook").click();
    await eventually("one has started", async () => (await world.executions()).length === before + 1);
    await step("Start 30 at once").click();
    await step("Start 30 at once (done)").waitFor();
    assert.equal((await world.executions()).length, before + 31);
  });
});
