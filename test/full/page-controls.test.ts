import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Page } from "playwright-core";
import { eventually } from "../support/eventually.ts";
import { fullMatrixTest } from "../support/full-matrix.ts";
import { getJson, postJson } from "../support/http-json.ts";
import {
  actAs,
  decide,
  openConversation,
  type PageWorld,
  pageWorld,
  requestMessage,
  startRunbook,
  waitForStatus,
} from "../support/page-world.ts";

/** What each control does, on the page and in the stand-ins. */

let world: PageWorld;
let page: Page;
suite("controls of the page", () => {
  before(async () => {
    world = await pageWorld();
    page = await world.open({ permissions: ["clipboard-read", "clipboard-write"] });
  });
  after(() => world?.close());

  const focused = () => page.evaluate(() => document.activeElement?.textContent);
  const findCard = (name: string) => page.locator("details.runbook", { hasText: name });
  const opener = () => page.getByRole("button", { name: "What could go wrong" });
  const newest = async () => (await world.executions()).at(-1);

  test("a start updates the guide, marks the channel as unread, links to the request, and shows its signal", async () => {
    await actAs(page, "Jane Ito");
    await openConversation(page, "approvals");
    await openConversation(page, "random");
    const guide = page.getByRole("list", { name: "First steps" });
    const channel = page.getByRole("navigation", { name: "Workspace" }).getByRole("button", { name: /approvals/ });
    assert.equal(await guide.getByRole("button", { name: "Start a runbook (done)" }).count(), 0);
    assert.equal(await channel.getByRole("img", { name: "unread" }).count(), 0);
    await findCard("Web-Rollback").locator("summary").first().click();
    await findCard("Web-Rollback").getByLabel("Started by").selectOption("CI pipeline");
    await findCard("Web-Rollback").getByLabel("Started by").press("Tab");
    await findCard("Web-Rollback").getByRole("button", { name: "Start Web-Rollback" }).click();
    await guide.getByRole("button", { name: "Start a runbook (done)" }).waitFor();
    await channel.getByRole("img", { name: "unread" }).waitFor();
    const { AutomationExecutionId: id, ExecutedBy } = await newest();
    assert.equal(ExecutedBy, "arn:aws:sts::111122223333:assumed-role/GitHubActionsDeploy/run-4711");

    await page.getByRole("button", { name: "View request" }).last().click();
    await requestMessage(page, id).waitFor();
    await openConversation(page, "random");
    await guide.getByRole("button", { name: "Approve it as Jane" }).click();
    await decide(page, id, "Approve");
    const { signals } = await waitForStatus(world, id, "Success");
    const card = page.locator(`[data-execution="${id}"]`);
    await card.getByText("started by GitHubActionsDeploy/run-4711").waitFor();
    await card.getByRole("definition").filter({ hasText: "2026.11.1" }).waitFor();
    const received = card.getByRole("region", { name: "Signals received" });
    await received.getByTitle(signals[0].principal).waitFor();
    for (const value of Object.values(signals[0].payload as Record<string, string[]>).flat()) {
      assert.ok((await received.innerText()).includes(value), value);
    }
  });

  fullMatrixTest(
    "a form sends what it shows: no value unless one was selected, and the runbook's defaults",
    async () => {
      const parameters = {
        Sure: { type: "Boolean" },
        Version: { type: "String", allowedValues: ["1", "2"] },
        Environment: { type: "String", default: "staging" },
        Hosts: { type: "StringList", default: ["a", "b"] },
        Volumes: { type: "MapList", default: [{ size: 1 }, { size: 2 }] },
        Labels: { type: "StringMap", default: { team: "web" } },
      };
      const steps = [{ name: "pause", action: "aws:pause", inputs: {}, isEnd: true }];
      const content = { schemaVersion: "0.3", parameters, mainSteps: steps };
      await postJson(`${world.awsUrl}/_control/seed`, { documents: [{ name: "Form-Test", content }], executions: [] });
      await page.getByRole("tab", { name: "Runbooks" }).click();
      const card = findCard("Form-Test");
      await card.locator("summary").first().click();
      assert.equal(await card.getByLabel("Version").inputValue(), "");
      assert.equal(await card.getByLabel("Environment").inputValue(), "staging");
      await card.getByRole("button", { name: "Start Form-Test" }).click();
      await card
        .getByRole("alert")
        .filter({ hasText: /Sure|Version/ })
        .waitFor();
      await card.getByLabel("Sure").selectOption("false");
      await card.getByLabel("Version").selectOption("2");
      assert.equal(await card.getByLabel("Volumes").inputValue(), '{"size":1}\n{"size":2}');
      await card.getByLabel("Hosts").fill("c");
      await card.getByLabel("Volumes").fill('{"size":3}\n{"size":4}');
      await card.getByLabel("Labels").fill('{"team":"data"}');
      const id = await startRunbook(page, world, "Form-Test");
      const started = (await world.executions()).find((each) => each.AutomationExecutionId === id);
      assert.deepEqual(started.Parameters, {
        Sure: ["false"],
        Version: ["2"],
        Environment: ["staging"],
        Hosts: ["c"],
        Volumes: ['{"size":3}', '{"size":4}'],
        Labels: ['{"team":"data"}'],
      });
    },
  );

  test("a runbook needs a name that AWS accepts, and may be YAML that begins with a brace", async () => {
    await page.getByRole("tab", { name: "Runbooks" }).click();
    const editor = page.locator("details.editor");
    await editor.locator(":scope > summary").click();
    const flow = '{schemaVersion: "0.3", mainSteps: [{name: pause, action: "aws:pause", inputs: {}, isEnd: true}]}';
    await editor.getByRole("textbox", { name: "Runbook (YAML or JSON)" }).fill(flow);
    const names = editor.getByRole("textbox", { name: "Name", exact: true });
    for (const name of ["", "ab", "a b c", "../../x", "x".repeat(129)]) {
      await names.fill("Flow-Style");
      await names.fill(name);
      await editor.getByRole("button", { name: "Add runbook" }).click();
      await editor.getByText("A runbook name has 3 to 128 characters").waitFor();
    }
    await names.fill("Flow-Style");
    await editor.getByRole("button", { name: "Add runbook" }).click();
    await findCard("Flow-Style").waitFor();
    assert.equal(await editor.getByRole("alert").innerText(), "");
  });

  test("typed text contains no markup, and a date out of range does not break the page", async () => {
    await openConversation(page, "random");
    const invalidDate = "<!date^99999999999999999^{date}|out of range>";
    const composer = page.getByRole("combobox", { name: "Message #random" });
    await composer.fill(`typed & ${invalidDate}`);
    await composer.press("Enter");
    const posts = page.getByRole("log", { name: "Messages" }).locator("article");
    await posts.filter({ hasText: "typed" }).waitFor();
    const { channels } = await getJson(`${world.slackUrl}/_control/state`);
    const random = channels.find((each: { id: string }) => each.id === "C0RANDOM");
    assert.equal(random.messages.at(-1).text, "typed &amp; &lt;!date^99999999999999999^{date}|out of range&gt;");

    await postJson(`${world.slackUrl}/_control/post`, {
      user: "U0DAN",
      channel: "C0RANDOM",
      text: `sent ${invalidDate}`,
    });
    await posts.filter({ hasText: "sent out of range" }).waitFor();
    assert.deepEqual(world.pageErrors, await badRequestErrors());
  });

  /** The browser reports the status of each rejected request. */
  const badRequestErrors = async () => world.pageErrors.filter((each) => each.includes("400"));

  test("a message that fails to render does not affect the others or the page", async () => {
    const unrenderable = { id: "U0MARS", realName: "Marvin Mars", tz: "Mars/Olympus_Mons" };
    await postJson(`${world.slackUrl}/_control/seed`, { people: [unrenderable] });
    const { channels } = await getJson(`${world.slackUrl}/_control/state`);
    const { members } = channels.find((each: { id: string }) => each.id === "C0RANDOM");
    const random = { id: "C0RANDOM", members: [...members, "U0MARS"] };
    await postJson(`${world.slackUrl}/_control/seed`, { channels: [random] });
    await actAs(page, "Marvin Mars");
    await page.getByText("This message cannot be displayed: typed").waitFor();
    await actAs(page, "Jane Ito");
    await page.getByRole("log", { name: "Messages" }).locator("article", { hasText: "typed" }).waitFor();
    world.pageErrors.splice(0, Number.POSITIVE_INFINITY, ...(await badRequestErrors()));
  });

  fullMatrixTest(
    "faults that are switched on in quick succession all become active, take effect, and are removed",
    async () => {
      const labels = [
        "Slack returns 429 for posts",
        "Slack returns 429 for edits",
        "AWS throttles signals",
        "AWS throttles reads",
      ];
      const setAll = async (to: boolean, names = labels) => {
        await opener().click();
        // Faster than a person can click.
        await page.evaluate(
          ([names, to]) => {
            for (const each of document.querySelectorAll<HTMLInputElement>("[role=switch]")) {
              if (names.includes(each.parentElement?.querySelector(".name")?.textContent ?? "") && each.checked !== to)
                each.click();
            }
          },
          [names, to] as const,
        );
        for (const name of names) await page.getByRole("switch", { name, checked: to }).waitFor();
        await page.getByRole("button", { name: "Close the drawer" }).click();
      };
      const activeFaults = async () => {
        const both = await Promise.all([world.awsUrl, world.slackUrl].map((url) => getJson(`${url}/_control/faults`)));
        return both.flatMap(({ faults }) => faults.map((each: { operation: string }) => each.operation)).sort();
      };
      await setAll(true);
      const four = ["GetAutomationExecution", "SendAutomationSignal", "chat.postMessage", "chat.update"];
      await eventually("all four are active", async () => (await activeFaults()).join() === four.join());

      await actAs(page, "Jane Ito");
      await openConversation(page, "approvals");
      const id = await startRunbook(page, world, "Web-Rollback");
      const wasThrottled = async (url: string, operation: string) =>
        (await getJson(`${url}/_control/requests?operation=${operation}`)).requests.some(
          (each: { outcome: { fault?: string } }) => each.outcome.fault === "throttle",
        );
      await eventually("a read is throttled", () => wasThrottled(world.awsUrl, "GetAutomationExecution"));
      await setAll(false, ["AWS throttles reads"]);
      await eventually("a post gets a 429", () => wasThrottled(world.slackUrl, "chat.postMessage"));
      await setAll(false);
      await eventually("no fault is active", async () => (await activeFaults()).length === 0);

      await requestMessage(page, id).waitFor();
      await setAll(true, ["AWS throttles signals", "Slack returns 429 for edits"]);
      await eventually(
        "two faults are active",
        async () => (await activeFaults()).join() === "SendAutomationSignal,chat.update",
      );
      await decide(page, id, "Approve");
      await eventually("a signal is throttled", () => wasThrottled(world.awsUrl, "SendAutomationSignal"));
      await eventually("an edit gets a 429", () => wasThrottled(world.slackUrl, "chat.update"));
      await requestMessage(page, id).getByText("0 of 1 approval").waitFor();
      await setAll(false);
      await waitForStatus(world, id, "Success");
      await requestMessage(page, id).getByText("has succeeded").waitFor();
    },
  );

  test("Restart starts a new process; Escape closes the drawer and restores the focus", async () => {
    const { pid } = world.sandbox.bot.status();
    await opener().click();
    await page.getByRole("button", { name: "Restart" }).click();
    const other = await eventually("a new process is running", () => {
      const { pid: now, running } = world.sandbox.bot.status();
      return running && now !== pid && now;
    });
    await page.getByText(`The bot is running (process ${other}).`).waitFor();
    await page.getByRole("switch").first().focus();
    await page.keyboard.press("Escape");
    await page.getByRole("complementary", { name: "What could go wrong" }).waitFor({ state: "detached" });
    assert.equal(await focused(), "What could go wrong");
  });

  test("Escape closes a thread and restores the focus", async () => {
    await openConversation(page, "random");
    const post = page.getByRole("region", { name: "#random" }).locator("article", { hasText: "typed" });
    await post.getByRole("button", { name: "Reply in thread" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("combobox", { name: "Reply" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("region", { name: "Thread" }).waitFor({ state: "detached" });
    assert.equal(await focused(), "Reply in thread");
  });

  test("the theme switches, arrow keys move between the tabs, and Copy copies the command", async () => {
    await page.getByRole("button", { name: "Switch to dark mode" }).click();
    assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
    await page.getByRole("button", { name: "Switch to light mode" }).click();
    assert.equal(await page.locator("html").getAttribute("data-theme"), "light");

    await page.getByRole("tab", { name: "Runbooks" }).click();
    await page.keyboard.press("ArrowRight");
    await page.getByRole("tab", { name: "Executions", selected: true }).waitFor();
    for (const _ of [1, 2]) await page.keyboard.press("ArrowLeft");
    await page.getByRole("tab", { name: "Wire", selected: true }).waitFor();
    assert.equal(await focused(), "Wire");

    await page.getByRole("tab", { name: "Runbooks" }).click();
    await findCard("Web-Rollback").locator("summary").first().click();
    await findCard("Web-Rollback").getByText("Start it from a terminal").click();
    await page.getByRole("button", { name: "Copy: start Web-Rollback" }).click();
    await page.getByText("Copied.").waitFor();
    const line = await findCard("Web-Rollback").locator(".copy-line pre").innerText();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), line);
    assert.match(line, /--region us-east-1/);
  });

  test("no page requested anything outside this machine, and none reported an error", async () => {
    assert.deepEqual(world.externalRequests, []);
    assert.deepEqual(world.pageErrors, await badRequestErrors());
  });
});
