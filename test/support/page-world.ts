import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { type Sandbox, startSandbox } from "../../sandbox/start-sandbox.ts";
import { eventually } from "./eventually.ts";
import { getJson, type Json, postJson } from "./http-json.ts";
import { launchBrowser } from "./page-browser.ts";

/** A browser on the page of a whole sandbox, and both stand-ins as anybody else sees them. */
export interface PageWorld {
  sandbox: Sandbox;
  slackUrl: string;
  awsUrl: string;
  browser: Browser;
  /** Addresses that any page asked for outside the sandbox. */
  strays: string[];
  /** What the sandbox and its bot said. */
  lines: string[];
  /** Errors that any page's scripts or policy reported. */
  complaints: string[];
  /** Opens the page in a context of its own, with the workspace shown. */
  open(options?: Parameters<Browser["newContext"]>[0]): Promise<Page>;
  /** AWS's executions as `/_control/` tells them. */
  executions(): Promise<Json[]>;
  /** Closes every page that was opened; the sandbox stays. */
  closePages(): Promise<void>;
  close(): Promise<void>;
}

/** Starts everything on free ports and waits until the seeded runbooks have been asked for in Slack. */
export async function pageWorld(): Promise<PageWorld> {
  const lines: string[] = [];
  const onLine = (text: string) => void lines.push(text);
  const sandbox = await startSandbox({ slackPort: 0, awsPort: 0, botPort: 0, onLine, onUnexpectedExit: () => {} });
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
    strays,
    lines,
    complaints,
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
        // A refusal by `/_control/` is an answer; the browser reports its status all the same.
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

/** Acts as somebody, as a person does it: by choosing them. */
export const actAs = (page: Page, name: string) => page.getByRole("radio", { name }).check({ force: true });

/** Opens a channel, or App Home. */
export const goTo = (page: Page, place: string) =>
  page.getByRole("navigation", { name: "Workspace" }).getByRole("button", { name: place }).click();

/** Starts a runbook from its form and answers the execution that AWS's side has of it. */
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

/** The message that asks about an execution; a message names it in its small print. */
export const messageOf = (page: Page, executionId: string): Locator =>
  page.locator("article.message:not(.ephemeral)", { hasText: executionId });

/** Presses a message's button, and confirms where a dialog asks. */
export async function decide(page: Page, executionId: string, verdict: "Approve" | "Reject"): Promise<void> {
  await messageOf(page, executionId).getByRole("button", { name: verdict, exact: true }).click();
  if (verdict === "Approve") await page.getByRole("dialog").getByRole("button", { name: "Approve" }).click();
}

/**
 * Waits until an execution has this status on AWS's side, and answers all of it. What its steps only pretend to do is not
 * waited for: the clock is moved on while one runs.
 */
export const executionIs = (world: PageWorld, id: string, status: string): Promise<Json> =>
  eventually(`execution ${id} is ${status}`, async () => {
    const found = (await world.executions()).find((each) => each.AutomationExecutionId === id);
    if (found?.AutomationExecutionStatus === status) return found;
    if (found?.AutomationExecutionStatus === "InProgress") await advance(world, 1000);
    return undefined;
  });

/** How often the signal was carried out on AWS's side, whatever became of its reply. */
export async function signalsCarriedOut(world: PageWorld, id: string): Promise<Json[]> {
  const { requests } = await getJson(`${world.awsUrl}/_control/requests?operation=SendAutomationSignal`);
  return requests.filter((each: Json) => each.executed && each.input.AutomationExecutionId === id);
}

/** Moves the clock of both stand-ins, past the page. */
export const advance = (world: PageWorld, advanceMs: number) =>
  postJson(`${world.slackUrl}/_control/clock`, { advanceMs });
