import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { App } from "@slack/bolt";
import type { Page } from "playwright-core";
import { type Sandbox, startSandbox } from "../../sandbox/start-sandbox.ts";
import { socketApp } from "../contract/slack-support.ts";
import { eventually } from "../support/eventually.ts";
import { fullMatrixTest } from "../support/full-matrix.ts";
import { getJson, type Json, postJson } from "../support/http-json.ts";
import { laterInputs, orderModal } from "../support/order-modal.ts";
import {
  actAs,
  openConversation,
  type PageWorld,
  pageWorld,
  startRunbook,
  waitForStatus,
} from "../support/page-world.ts";

/** The page under external changes: other windows, resets, another app, failing requests, a lost event stream. */

let world: PageWorld;
let page: Page;
let again: Sandbox | undefined;
suite("robustness of the page", () => {
  before(async () => {
    world = await pageWorld();
    page = await world.open();
  });
  after(async () => {
    await world?.close();
    await again?.close();
  });

  const tab = (name: string) => page.getByRole("tab", { name }).click();
  const opener = () => page.getByRole("button", { name: "What could go wrong" });
  const closeDrawer = () => page.getByRole("button", { name: "Close the drawer" }).click();
  const calls = () => page.locator("details.wire");
  const ask = (url: string, method: string) => fetch(url, { method });

  /** Opens the Wire tab and searches it. */
  async function filterWire(text: string): Promise<void> {
    await tab("Wire");
    await page.getByRole("searchbox").fill(text);
  }

  const visibility = (state: "hidden" | "visible") =>
    page.evaluate((value) => {
      Object.defineProperty(document, "visibilityState", { value, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, state);

  fullMatrixTest("a hidden page catches up when it becomes visible", async () => {
    await filterWire("slash_commands");
    await page.getByText("No matching calls yet.").waitFor();
    await visibility("hidden");
    await postJson(`${world.slackUrl}/_control/command`, { user: "U0ADMIN", channel: "C0RANDOM", text: "/approvals" });
    await visibility("visible");
    await calls().getByText("Slack → Countersign").waitFor();
    assert.equal(await calls().count(), 1);
  });

  test("faults and clock changes from elsewhere appear immediately", async () => {
    await opener().click();
    const throttled = page.getByRole("switch", { name: "AWS throttles signals" });
    assert.equal(await throttled.isChecked(), false);
    await postJson(`${world.awsUrl}/_control/faults`, { operation: "SendAutomationSignal", kind: "throttle" });
    await page.getByRole("switch", { name: "AWS throttles signals", checked: true }).waitFor();
    await ask(`${world.awsUrl}/_control/faults?operation=SendAutomationSignal&kind=throttle`, "DELETE");
    await page.getByRole("switch", { name: "AWS throttles signals", checked: false }).waitFor();

    const clock = page.locator("time.clock");
    const shown = async () => Date.parse(String(await clock.getAttribute("datetime")));
    const began = await shown();
    await postJson(`${world.awsUrl}/_control/clock`, { advanceMs: 600_000 });
    await eventually("ten minutes have passed", async () => (await shown()) - began >= 600_000);
    await closeDrawer();
  });

  test("a switch that fails shows an error and moves back; the next one works", async () => {
    await opener().click();
    await page.route("**/aws/_control/faults", (route) => route.abort(), { times: 1 });
    await page.getByRole("switch", { name: "AWS throttles signals" }).click();
    await page.locator(".toasts").getByText("The sandbox did not respond").waitFor();
    await page.getByRole("switch", { name: "AWS throttles signals", checked: false }).waitFor();
    await page.getByRole("switch", { name: "AWS throttles reads" }).check();
    const { faults } = await eventually("the fault is active", async () => {
      const read = await getJson(`${world.awsUrl}/_control/faults`);
      return read.faults.length > 0 && read;
    });
    assert.deepEqual(
      faults.map((each: Json) => each.operation),
      ["GetAutomationExecution"],
    );
    await page.getByRole("switch", { name: "AWS throttles reads" }).uncheck();
    await closeDrawer();
  });

  test("a link scrolls to its message, no matter how many messages follow it", async () => {
    for (let index = 0; index < 70; index++) {
      const text = `Chatter ${index}\n• one\n• two`;
      await postJson(`${world.slackUrl}/_control/post`, { user: "U0JANE", channel: "C0PRODDBA", text });
    }
    await actAs(page, "Mia Chen");
    await openConversation(page, "App Home");
    const home = page.getByRole("region", { name: "Requests waiting for you" });
    await home.getByRole("button", { name: "Open the message" }).first().click();
    const request = page.locator("article.message", { hasText: "Approve Prod-DB-Restart?" }).first();
    await request.waitFor();
    await eventually("the message is in view", () =>
      request.evaluate((each) => {
        const [box, list] = [each, each.closest(".messages") as Element].map((part) => part.getBoundingClientRect());
        return box !== undefined && list !== undefined && box.top < list.bottom && box.bottom > list.top;
      }),
    );
  });

  test("at most three toasts are visible at a time", async () => {
    await tab("Executions");
    const card = page.locator("article.execution").first();
    await card.getByText("From a terminal", { exact: true }).click();
    for (let count = 0; count < 5; count++) {
      await card
        .getByRole("button", { name: /^Copy:/ })
        .first()
        .click();
    }
    await eventually("three toasts are visible", async () => (await page.locator(".toasts p").count()) === 3);
  });

  test("a failed step shows its error, and so does its execution", async () => {
    const failing = 'sandbox: {"fail": {"message": "The disk is full."}}';
    const steps = [{ name: "copyFiles", action: "aws:runCommand", description: failing, inputs: {}, isEnd: true }];
    const content = { schemaVersion: "0.3", mainSteps: steps };
    await postJson(`${world.awsUrl}/_control/seed`, { documents: [{ name: "Fails", content }], executions: [] });
    const id = await startRunbook(page, world, "Fails");
    const { FailureMessage: executionError, StepExecutions } = await waitForStatus(world, id, "Failed");
    const stepError = StepExecutions[0].FailureMessage;
    assert.match(stepError, /The disk is full/);
    const card = page.locator(`[data-execution="${id}"]`);
    await card.locator('[data-step="copyFiles"] .failure', { hasText: stepError }).waitFor();
    await card.getByText("aws:runCommand, simulated").waitFor();
    await card.locator(":scope > .failure", { hasText: executionError }).waitFor();
  });

  test("an execution shows its first parameters and the others on request, and a child shows its parent", async () => {
    const names = Array.from({ length: 20 }, (_, index) => `Given${index}`);
    const parameters = Object.fromEntries(names.map((name) => [name, { type: "String", default: `value of ${name}` }]));
    const child = { name: "aside", action: "aws:pause", inputs: {}, isEnd: true };
    const step = { name: "runChild", action: "aws:executeAutomation", inputs: { DocumentName: "Child" }, isEnd: true };
    const documents = [
      { name: "Child", content: { schemaVersion: "0.3", mainSteps: [child] } },
      { name: "Parent", content: { schemaVersion: "0.3", parameters, mainSteps: [step] } },
    ];
    await postJson(`${world.awsUrl}/_control/seed`, { documents, executions: [{ document: "Parent" }] });
    await tab("Executions");
    const card = page.getByRole("article", { name: "Parent" });
    assert.equal(await card.getByText("value of Given").filter({ visible: true }).count(), 8);
    await card.getByText("12 more parameters").click();
    assert.equal(await card.getByText("value of Given").filter({ visible: true }).count(), 20);
    const id = await card.getAttribute("data-execution");
    await page
      .getByRole("article", { name: "Child" })
      .getByText(`as a step of ${id?.slice(0, 8)}`)
      .waitFor();
  });

  test("a modal keeps its edits when the app updates it, and shows each error at its input", async () => {
    await world.sandbox.bot.stop();
    await opener().click();
    await page.getByRole("button", { name: "Drop the socket" }).click();
    await page.getByText("Start the bot first.").waitFor();
    await closeDrawer();
    const releases: (() => unknown)[] = [];
    const submitted: Json[] = [];
    let view = "";
    const app: App = await socketApp(
      { slack: { url: world.slackUrl }, onCleanup: (release) => void releases.push(release) },
      (listening) => {
        listening.command("/approvals", async ({ ack, body, client }) => {
          await ack();
          const opened = await client.views.open({ trigger_id: body.trigger_id, view: orderModal() });
          view = String(opened.view?.id);
        });
        listening.view("order", async ({ ack, view: sent }) => {
          submitted.push(sent.state.values);
          if (submitted.length > 1) await ack();
          else await ack({ response_action: "errors", errors: { Name: "Who is that?", Count: "Too many." } });
        });
      },
    );
    try {
      await actAs(page, "Jane Ito");
      await openConversation(page, "random");
      const line = page.getByRole("combobox", { name: "Message #random" });
      await line.fill("/approvals order");
      await line.press("Enter");
      const dialog = page.getByRole("dialog", { name: "Order" });
      await dialog.getByLabel("Name").fill("Jane");
      await app.client.views.update({ view_id: view, view: orderModal(...laterInputs) });
      await dialog.getByLabel("Size").waitFor();
      assert.equal(await dialog.getByLabel("Name").inputValue(), "Jane");
      assert.equal(await dialog.getByLabel("Size").inputValue(), "large");
      assert.equal(await dialog.getByLabel("Count").inputValue(), "7");
      await dialog.getByLabel("Extras").selectOption(["small", "large"]);

      await dialog.getByRole("button", { name: "Send" }).click();
      await dialog.getByRole("alert").filter({ hasText: "Who is that?" }).waitFor();
      const invalid = await dialog.locator('[aria-invalid="true"]').evaluateAll((all) => all.map((each) => each.id));
      const wrong = await Promise.all(["Name", "Count"].map((each) => dialog.getByLabel(each).getAttribute("id")));
      assert.deepEqual(invalid, wrong);
      assert.equal(
        await dialog.getByLabel("Extras").evaluate((each) => (each as HTMLSelectElement).selectedOptions.length),
        2,
      );
      await dialog.getByLabel("Count").fill("3");
      await dialog.getByRole("button", { name: "Send" }).click();
      await dialog.waitFor({ state: "detached" });
      const { Name, Size, Count, Extras } = submitted[1];
      assert.deepEqual([Name.given.value, Size.given.selected_option.value, Count.given.value], ["Jane", "large", "3"]);
      assert.equal(Extras.given.selected_options.length, 2);
    } finally {
      for (const release of releases) await release();
      world.sandbox.bot.start();
    }
  });

  fullMatrixTest("after a reset of both stand-ins, the page shows only the new state and works", async () => {
    await postJson(`${world.slackUrl}/_control/person`, { user: "U0NEW", name: "newcomer", realName: "Nora New" });
    await actAs(page, "Nora New");
    await filterWire("slash_commands");
    await calls().first().waitFor();
    await page.getByText("bot connected").waitFor();
    for (const url of [world.slackUrl, world.awsUrl]) await ask(`${url}/_control/reset`, "POST");
    await page.getByText("No matching calls yet.").waitFor();
    await page.getByRole("radio", { name: "Jane Ito", checked: true }).waitFor();
    await openConversation(page, "approvals");
    await page.getByText("Approve Web-Rollback?").waitFor();
    await tab("Audit");
    const { events } = await getJson(`${world.awsUrl}/_control/bus?source=countersign`);
    await eventually(
      "the Audit tab shows the events of the bus",
      async () => (await page.locator(".entry").count()) === events.length,
    );
  });

  fullMatrixTest("a page that fails to render shows an error and can be reloaded", async () => {
    const before = world.pageErrors.length;
    const state = await getJson(`${world.slackUrl}/_control/state`);
    const people = state.people.map((each: Json) => ({ ...each, realName: null }));
    await page.route("**/_control/state", (route) => route.fulfill({ json: { ...state, people } }));
    await page.reload();
    await page
      .getByRole("alert")
      .getByText("This page could not be displayed. The sandbox is still running.")
      .waitFor();
    world.pageErrors.splice(before);
    await page.unroute("**/_control/state");
    await page.getByRole("button", { name: "Reload the page" }).click();
    await page.getByRole("heading", { name: "#approvals" }).waitFor();
    assert.equal(world.pageErrors.length, before);
  });

  fullMatrixTest(
    "when the sandbox stops, the page shows it; when another replaces it, the page shows only that one",
    async () => {
      const { slackPort, awsPort } = world.sandbox;
      await filterWire("chat.postMessage");
      await calls().first().waitFor();
      const before = world.pageErrors.length;
      await world.sandbox.close();
      await page.getByText("sandbox stopped").waitFor();
      await page.getByText("Start it again in its terminal").waitFor();
      again = await startSandbox({ slackPort, awsPort, botPort: 0, onLine: () => {}, onUnexpectedExit: () => {} });
      await page.getByText("bot connected").waitFor();
      const posted = async () =>
        (await getJson(`${world.slackUrl}/_control/requests?operation=chat.postMessage`)).requests.length;
      await eventually("the seeded requests are posted", async () => (await posted()) === 3);
      await eventually("the Wire tab shows these and no others", async () => (await calls().count()) === 3);
      world.pageErrors.splice(before);
    },
  );

  test("no page requested anything outside this machine, and none reported an error", () => {
    assert.deepEqual(world.externalRequests, []);
    // The request that was aborted on purpose.
    assert.deepEqual(
      world.pageErrors.filter((each) => !each.includes("ERR_FAILED")),
      [],
    );
  });
});
