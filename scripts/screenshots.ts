import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import {
  actAs,
  decide,
  openConversation,
  pageWorld,
  requestMessage,
  startRunbook,
  waitForStatus,
} from "../test/support/page-world.ts";

/** Takes the screenshots in docs/images, in a sandbox started for it: `npm run screenshots`. */

const FOLDER = fileURLToPath(new URL("../docs/images/", import.meta.url));
const path = (name: string) => `${FOLDER}${name}.png`;

mkdirSync(FOLDER, { recursive: true });
const world = await pageWorld();
try {
  const page = await world.open({ viewport: { width: 1280, height: 820 }, deviceScaleFactor: 1.5 });
  await actAs(page, "Jane Ito");
  await openConversation(page, "approvals");
  const approved = await startRunbook(page, world, "Web-Rollback");
  await decide(page, approved, "Approve");
  await waitForStatus(world, approved, "Success");
  await requestMessage(page, approved).getByText("has succeeded").waitFor();

  await openConversation(page, "prod-dba");
  const asked = page.locator("article.message").last();
  await asked.getByRole("button", { name: "Approve" }).waitFor();
  await waitForIdle(page);
  await asked.screenshot({ path: path("approval-message") });
  await page.screenshot({ path: path("sandbox-page") });

  await page.getByRole("button", { name: "Switch to dark mode" }).click();
  await openConversation(page, "approvals");
  await page.getByRole("button", { name: "What could go wrong" }).click();
  await waitForIdle(page);
  await page.screenshot({ path: path("sandbox-page-dark") });

  const phone = await world.open({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 1.5 });
  await phone.getByRole("button", { name: "Workspace" }).click();
  await openConversation(phone, "prod-dba");
  await phone.locator("article.message").last().getByRole("button", { name: "Approve" }).waitFor();
  await waitForIdle(phone);
  await phone.screenshot({ path: path("sandbox-page-phone") });
} finally {
  await world.close();
}

/** Waits until no toast is visible, nothing is hovered, and two frames have been rendered. */
async function waitForIdle(page: Page): Promise<void> {
  await page.mouse.move(0, 0);
  await page.locator(".toasts p").first().waitFor({ state: "detached" });
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}
