import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { type Sandbox, startSandbox } from "../../sandbox/start-sandbox.ts";
import { bundledBot } from "./bundled-bot.ts";
import { eventually } from "./eventually.ts";
import { getJson, type Json, postJson } from "./http-json.ts";
import { launchBrowser } from "./page-browser.ts";

/** A browser on the page of a complete sandbox, and the URLs of both stand-ins. */
export interface PageWorld {
  sandbox: Sandbox;
  slackUrl: string;
  awsUrl: string;
  browser: Browser;
  /** URLs outside the sandbox that any page requested. */
  externalRequests: string[];
  /** Log lines of the bot. */
  logLines: string[];
  /** Errors of any page's scripts or content policy. */
  pageErrors: string[];
  /** Opens the page in a new browser context and waits until it shows the workspace. */
  open(options?: Parameters<Browser["newContext"]>[0]): Promise<Page>;
  /** Returns all executions from the AWS stand-in's control API. */
  executions(): Promise<Json[]>;
  /** Closes every open page; the sandbox keeps running. */
  closePages(): Promise<void>;
  close(): Promise<void>;
}

/** Starts everything on free ports and waits until Slack has a request for each seeded runbook. */
export async function pageWorld(): Promise<PageWorld> {
  const lines: string[] = [];
  const onLine = (text: string) => void lines.push(text);
  const { program } = await bundledBot();
  const ports = { slackPort: 0, awsPort: 0, botPort: 0 };
  const sandbox = await startSandbox({ ...ports, program, onLine, onUnexpectedExit: () => {} });
  const slackUrl = `http://127.0.0.1:${sandbox.slackPort}`;
  const awsUrl = `http://127.0.0.1:${sandbox.awsPort}`;
  const strays: string[] = [];
  const complaints: string[] = [];
  let contexts: BrowserContext[] = [];
  const browser = await launchBrowser().catch(async (error: unknown) => {
    await sandbox.close();
    throw error;
  });
  const closePages = async () => {
    const open = contexts;
    contexts = [];
    for (const context of open) await context.close();
  };
  const close = async () => {
    await closePages();
    await browser.close();
    await sandbox.close();
  };
  const seeded = async () => {
    const { channels } = await getJson(`${slackUrl}/_control/state`);
    return channels.flatMap((each: Json) => each.messages).length >= 3;
  };
  try {
    await eventually("the seeded requests are in Slack", seeded, () => lines.slice(-20).join("\n"));
  } catch (error) {
    await close();
    throw error;
  }

  return {
    sandbox,
    slackUrl,
    awsUrl,
    browser,
    externalRequests: strays,
    logLines: lines,
    pageErrors: complaints,
    async open(options = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
      context.setDefaultTimeout(20_000);
      contexts.push(context);
      const page = await context.newPage();
      page.on("request", (request) => {
        if (!request.url().startsWith(slackUrl) && !request.url().startsWith("data:")) strays.push(request.url());
      });
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("console", (message) => {
        // The browser reports a 409 of `/_control/` as an error, but it is a normal reply.
        if (message.type() === "error" && !message.text().includes("409")) complaints.push(message.text());
      });
      await page.goto(slackUrl);
      await page.getByRole("main").waitFor();
      return page;
    },
    executions: async () => (await getJson(`${awsUrl}/_control/executions`)).executions,
    closePages,
    close,
  };
}

/** Selects the person to act as. */
export const actAs = (page: Page, name: string) => page.getByRole("radio", { name }).check({ force: true });

/** Opens a channel, or App Home. */
export const openConversation = (page: Page, name: string) =>
  page.getByRole("navigation", { name: "Workspace" }).getByRole("button", { name }).click();

/** Starts a runbook from its form and returns the id of the new execution. */
export async function startRunbook(page: Page, world: PageWorld, name: string): Promise<string> {
  const before = new Set((await world.executions()).map((each) => each.AutomationExecutionId));
  await page.getByRole("tab", { name: "Runbooks" }).click();
  const card = page.locator("details.runbook", { hasText: name });
  const open = await card.evaluate((each) => (each as HTMLDetailsElement).open);
  if (!open) await card.locator("summary").first().click();
  await card.getByRole("button", { name: `Start ${name}`, exact: true }).click();
  const found = await eventually(`${name} has started`, async () =>
    (await world.executions()).find((each) => !before.has(each.AutomationExecutionId)),
  );
  return found.AutomationExecutionId;
}

/** Locates the request of an execution; each message shows the first characters of the execution id. */
export const requestMessage = (page: Page, executionId: string): Locator =>
  page.locator("article.message:not(.ephemeral)", { hasText: executionId.slice(0, 8) });

/** Clicks a message's button and confirms if there is a dialog. */
export async function decide(page: Page, executionId: string, verdict: "Approve" | "Reject"): Promise<void> {
  await requestMessage(page, executionId).getByRole("button", { name: verdict, exact: true }).click();
  if (verdict === "Approve") await page.getByRole("dialog").getByRole("button", { name: "Approve" }).click();
}

/**
 * Waits until an execution has this status in AWS, and returns it. Advances the clock while a simulated step runs, instead
 * of waiting for it.
 */
export const waitForStatus = (world: PageWorld, id: string, status: string): Promise<Json> =>
  eventually(`execution ${id} is ${status}`, async () => {
    const found = (await world.executions()).find((each) => each.AutomationExecutionId === id);
    if (found?.AutomationExecutionStatus === status) return found;
    if (found?.AutomationExecutionStatus === "InProgress") await advance(world, 1000);
    return undefined;
  });

/** Returns the signals that AWS executed, whether or not their reply arrived. */
export async function executedSignals(world: PageWorld, id: string): Promise<Json[]> {
  const { requests } = await getJson(`${world.awsUrl}/_control/requests?operation=SendAutomationSignal`);
  return requests.filter((each: Json) => each.executed && each.input.AutomationExecutionId === id);
}

/** Advances the clock of both stand-ins without the page. */
export const advance = (world: PageWorld, advanceMs: number) =>
  postJson(`${world.slackUrl}/_control/clock`, { advanceMs });

/** Finds elements beyond the right edge of the window, except in scrollable ones. */
export const findOverflow = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll("body *")]
      .filter((each) => !each.closest(".visually-hidden, .verbatim"))
      .map((each) => [each.className, each.getBoundingClientRect().right] as const)
      .filter(([, right]) => right > window.innerWidth + 1),
  );
