import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { actAs, decide, executionIs, goTo, messageOf, pageWorld, startRunbook } from "../test/support/page-world.ts";

/** Makes the pictures in docs/images from a sandbox of its own: `npm run screenshots`. */

const FOLDER = fileURLToPath(new URL("../docs/images/", import.meta.url));
const path = (name: string) => `${FOLDER}${name}.png`;

mkdirSync(FOLDER, { recursive: true });
const world = await pageWorld();
try {
  const page = await world.open({ viewport: { width: 1280, height: 820 }, deviceScaleFactor: 1.5 });
  await actAs(page, "Jane Ito");
  await goTo(page, "approvals");
  const approved = await startRunbook(page, world, "Web-Rollback");
  await decide(page, approved, "Approve");
  await executionIs(world, approved, "Success");
  await messageOf(page, approved).getByText("The execution has succeeded").waitFor();

  await goTo(page, "prod-dba");
  const asked = page.locator("article.message").last();
  await asked.getByRole("button", { name: "Approve" }).waitFor();
  await settled(page);
  await asked.screenshot({ path: path("approval-message") });
  await page.screenshot({ path: path("sandbox-page") });

  await page.getByRole("button", { name: "Switch to dark colours" }).click();
  await goTo(page, "approvals");
  await page.getByRole("button", { name: "What could go wrong" }).click();
  await settled(page);
  await page.screenshot({ path: path("sandbox-page-dark") });

  const phone = await world.open({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 1.5 });
  await phone.getByRole("button", { name: "Workspace" }).click();
  await goTo(phone, "prod-dba");
  await phone.locator("article.message").last().getByRole("button", { name: "Approve" }).waitFor();
  await settled(phone);
  await phone.screenshot({ path: path("sandbox-page-phone") });
} finally {
  await world.close();
}

/** Waits until no toast is left, nothing is marked as hovered, and two frames have been drawn. */
async function settled(page: Page): Promise<void> {
  await page.mouse.move(0, 0);
  await page.locator(".toasts p").first().waitFor({ state: "detached" });
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}
