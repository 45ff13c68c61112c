import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { App, types } from "@slack/bolt";
import type { Page } from "playwright-core";
import { type Sandbox, startSandbox } from "../../sandbox/start-sandbox.ts";
import { socketApp } from "../contract/slack-support.ts";
import { eventually } from "../support/eventually.ts";
import { getJson, type Json, postJson } from "../support/http-json.ts";
import { actAs, executionIs, goTo, type PageWorld, pageWorld, startRunbook } from "../support/page-world.ts";

/** What the page makes of what it did not do itself: other windows, resets, another app, answers that fail, a lost stream. */

let world: PageWorld;
let page: Page;
let again: Sandbox | undefined;
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

/** The bot's calls on the wire that the filter lets through. */
async function filterWire(text: string): Promise<void> {
  await tab("Wire");
  await page.getByRole("searchbox").fill(text);
}

const visibility = (state: "hidden" | "visible") =>
  page.evaluate((value) => {
    Object.defineProperty(document, "visibilityState", { value, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, state);

test("what happened while nobody looked is there when they look again", async () => {
  await filterWire("slash_commands");
  await page.getByText("No such call yet.").waitFor();
  await visibility("hidden");
  await postJson(`${world.slackUrl}/_control/command`, { user: "U0ADMIN", channel: "C0RANDOM", text: "/approvals" });
  await visibility("visible");
  await calls().getByText("Slack → Countersign").waitFor();
  assert.equal(await calls().count(), 1);
});

test("a fault and a clock that somebody else moved are shown, in the same moment", async () => {
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

test("a switch that cannot be moved says why and goes back, and the next one moves", async () => {
  await opener().click();
  await page.route("**/aws/_control/faults", (route) => route.abort(), { times: 1 });
  await page.getByRole("switch", { name: "AWS throttles signals" }).click();
  await page.locator(".toasts").getByText("The sandbox does not answer").waitFor();
  await page.getByRole("switch", { name: "AWS throttles signals", checked: false }).waitFor();
  await page.getByRole("switch", { name: "AWS throttles reads" }).check();
  const { faults } = await eventually("the fault is in force", async () => {
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

test("a link leads to its message however many came after it", async () => {
  for (let index = 0; index < 70; index++) {
    const text = `Chatter ${index}\n• one\n• two`;
    await postJson(`${world.slackUrl}/_control/post`, { user: "U0JANE", channel: "C0PRODDBA", text });
  }
  await actAs(page, "Mia Chen");
  await goTo(page, "App Home");
  const home = page.getByRole("region", { name: "What waits for you" });
  await home.getByRole("button", { name: "Open the message" }).first().click();
  const request = page.locator("article.message", { hasText: "Approval needed: Prod-DB-Restart" }).first();
  await request.waitFor();
  await eventually("it is in view", () =>
    request.evaluate((each) => {
      const [box, list] = [each, each.closest(".messages") as Element].map((part) => part.getBoundingClientRect());
      return box !== undefined && list !== undefined && box.top < list.bottom && box.bottom > list.top;
    }),
  );
});

test("at most three toasts are there at a time", async () => {
  await tab("Executions");
  const card = page.locator("article.execution").first();
  await card.getByText("From a terminal", { exact: true }).click();
  for (let count = 0; count < 5; count++) {
    await card
      .getByRole("button", { name: /^Copy:/ })
      .first()
      .click();
  }
  await eventually("three are there", async () => (await page.locator(".toasts p").count()) === 3);
});

test("a step that fails says why, and so does its execution", async () => {
  const failing = 'sandbox: {"fail": {"message": "The disk is full."}}';
  const steps = [{ name: "copyFiles", action: "aws:runCommand", description: failing, inputs: {}, isEnd: true }];
  const content = { schemaVersion: "0.3", mainSteps: steps };
  await postJson(`${world.awsUrl}/_control/seed`, { documents: [{ name: "Fails", content }], executions: [] });
  const id = await startRunbook(page, world, "Fails");
  const { FailureMessage: whole, StepExecutions } = await executionIs(world, id, "Failed");
  const told = StepExecutions[0].FailureMessage;
  assert.match(told, /The disk is full/);
  const card = page.locator(`[data-execution="${id}"]`);
  await card.locator('[data-step="copyFiles"] .failure', { hasText: told }).waitFor();
  await card.getByText("aws:runCommand, pretended").waitFor();
  await card.locator(":scope > .failure", { hasText: whole }).waitFor();
});

test("of many parameters the first stand there and the others on demand, and a child names its parent", async () => {
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

const input = (block_id: string, element: object, more = {}) => ({
  type: "input",
  block_id,
  label: { type: "plain_text", text: block_id },
  element: { action_id: "given", ...element },
  ...more,
});
const text = (words: string) => ({ type: "plain_text" as const, text: words });
const sizes = ["small", "large"].map((value) => ({ text: text(value), value }));

/** A small view at first; the rest comes later, as apps do it that must open one within three seconds. */
const modal = (...more: object[]) =>
  ({
    type: "modal",
    callback_id: "order",
    title: text("Order"),
    submit: text("Send"),
    blocks: [input("Name", { type: "plain_text_input" }), ...more],
  }) as types.View;

const later = [
  input("Size", { type: "static_select", options: sizes, initial_option: sizes[1] }),
  input("Extras", { type: "checkboxes", options: sizes }, { optional: true }),
  input("Count", { type: "number_input", is_decimal_allowed: false, initial_value: "7" }),
];

test("a modal of several inputs keeps what was written when it changes, and shows each error beside its input", async () => {
  await world.sandbox.bot.stop();
  await opener().click();
  await page.getByRole("button", { name: "Drop the socket" }).click();
  await page.getByText("Start the bot first.").waitFor();
  await closeDrawer();
  const releases: (() => unknown)[] = [];
  const submitted: Json[] = [];
  let view = "";
  const app: App = await socketApp(
    { slack: { url: world.slackUrl }, atEnd: (release) => void releases.push(release) },
    (listening) => {
      listening.command("/approvals", async ({ ack, body, client }) => {
        await ack();
        const opened = await client.views.open({ trigger_id: body.trigger_id, view: modal() });
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
    await goTo(page, "random");
    const line = page.getByRole("combobox", { name: "Message #random" });
    await line.fill("/approvals order");
    await line.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Order" });
    await dialog.getByLabel("Name").fill("Jane");
    await app.client.views.update({ view_id: view, view: modal(...later) });
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

test("after a reset of both stand-ins nothing of before is left on the page, and it works on", async () => {
  await postJson(`${world.slackUrl}/_control/person`, { user: "U0NEW", name: "newcomer", realName: "Nora New" });
  await actAs(page, "Nora New");
  await filterWire("slash_commands");
  await calls().first().waitFor();
  await page.getByText("bot connected").waitFor();
  for (const url of [world.slackUrl, world.awsUrl]) await ask(`${url}/_control/reset`, "POST");
  await page.getByText("No such call yet.").waitFor();
  await page.getByRole("radio", { name: "Jane Ito", checked: true }).waitFor();
  await goTo(page, "approvals");
  await page.getByText("Approval needed: Web-Rollback").waitFor();
  await tab("Audit");
  const { events } = await getJson(`${world.awsUrl}/_control/bus?source=countersign`);
  await eventually(
    "the audit is that of the bus",
    async () => (await page.locator(".entry").count()) === events.length,
  );
});

test("a page that cannot be drawn says so, and can be had anew", async () => {
  const before = world.complaints.length;
  const state = await getJson(`${world.slackUrl}/_control/state`);
  const people = state.people.map((each: Json) => ({ ...each, realName: null }));
  await page.route("**/_control/state", (route) => route.fulfill({ json: { ...state, people } }));
  await page.reload();
  await page.getByRole("alert").getByText("The page could not be drawn. The sandbox itself runs on.").waitFor();
  world.complaints.splice(before);
  await page.unroute("**/_control/state");
  await page.getByRole("button", { name: "Load the page again" }).click();
  await page.getByRole("heading", { name: "#approvals" }).waitFor();
  assert.equal(world.complaints.length, before);
});

test("when the sandbox ends the page says so, and with another in its place it shows that one alone", async () => {
  const { slackPort, awsPort } = world.sandbox;
  await filterWire("chat.postMessage");
  await calls().first().waitFor();
  const before = world.complaints.length;
  await world.sandbox.close();
  await page.getByText("sandbox gone").waitFor();
  await page.getByText("Start it again in its terminal").waitFor();
  again = await startSandbox({ slackPort, awsPort, botPort: 0, onLine: () => {}, onUnexpectedExit: () => {} });
  await page.getByText("bot connected").waitFor();
  const posted = async () =>
    (await getJson(`${world.slackUrl}/_control/requests?operation=chat.postMessage`)).requests.length;
  await eventually("the seeded requests are posted", async () => (await posted()) === 3);
  await eventually("the wire has these and no others", async () => (await calls().count()) === 3);
  world.complaints.splice(before);
});

test("no page asked for anything outside this machine, and none complained", () => {
  assert.deepEqual(world.strays, []);
  // The request that was broken on purpose.
  assert.deepEqual(
    world.complaints.filter((each) => !each.includes("ERR_FAILED")),
    [],
  );
});
