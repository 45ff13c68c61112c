import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import {
  actAs,
  decide,
  openConversation,
  type PageWorld,
  pageWorld,
  requestMessage,
  waitForStatus,
} from "../support/page-world.ts";

/** An approver decides on a phone, so a request must fit on its screen, and a channel of decided requests must stay short. */

const PHONE = { width: 390, height: 844 };
const MAX_OPEN = 450;
const MAX_ENDED = 220;

let world: PageWorld;
let page: Page;
suite("heights of messages", () => {
  before(async () => {
    world = await pageWorld();
    page = await world.open({ viewport: PHONE });
    await openWorkspace();
  });
  after(() => world?.close());

  const openWorkspace = () => page.getByRole("button", { name: "Workspace" }).click();

  async function findExecution(document: string): Promise<string> {
    const found = (await world.executions()).find((each) => each.DocumentName === document);
    assert.ok(found !== undefined, `${document} is not among the seeded executions`);
    return found.AutomationExecutionId;
  }

  async function height(message: Locator): Promise<number> {
    const box = await message.boundingBox();
    assert.ok(box !== null, "the message is visible");
    return Math.round(box.height);
  }

  async function assertHeight(message: Locator, max: number): Promise<void> {
    const found = await height(message);
    assert.ok(found <= max, `${found} px tall, more than ${max} px: ${await message.innerText()}`);
  }

  test("at a phone's width, a request with three changed parameters is at most 450 px tall", async () => {
    await actAs(page, "Mia Chen");
    await openConversation(page, "prod-dba");
    const message = requestMessage(page, await findExecution("Prod-DB-Restart"));
    await message.getByRole("button", { name: "Approve", exact: true }).waitFor();
    for (const value of ["orders-primary", "prod", "Connections leak since 09:40"])
      assert.ok((await message.innerText()).includes(value), `${value} is shown`);
    await assertHeight(message, MAX_OPEN);
  });

  test("after an approval and the end of the execution, it is at most 220 px tall", async () => {
    const id = await findExecution("Prod-DB-Restart");
    await decide(page, id, "Approve");
    await waitForStatus(world, id, "Success");
    const message = requestMessage(page, id);
    await message.getByText("succeeded").waitFor();
    await assertHeight(message, MAX_ENDED);
  });

  test("after a rejection with a reason, it is at most 220 px tall", async () => {
    await openWorkspace();
    await actAs(page, "Dan Okafor");
    await openConversation(page, "approvals");
    const id = await findExecution("Web-Rollback");
    await decide(page, id, "Reject");
    const modal = page.getByRole("dialog");
    await modal.getByRole("textbox", { name: "Reason" }).fill("Not during peak hours");
    await modal.getByRole("button", { name: "Reject" }).click();
    await waitForStatus(world, id, "Success");
    const message = requestMessage(page, id);
    await message.getByText("succeeded").waitFor();
    await message.getByText("Not during peak hours").waitFor();
    await assertHeight(message, MAX_ENDED);
  });
});
