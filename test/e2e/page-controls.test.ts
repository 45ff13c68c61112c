import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { eventually } from "../support/eventually.ts";
import { getJson, postJson } from "../support/http-json.ts";
import {
  actAs,
  decide,
  executionIs,
  goTo,
  messageOf,
  type PageWorld,
  pageWorld,
  startRunbook,
} from "../support/page-world.ts";

/** What each control of the page does, on the page and behind it. */

let world: PageWorld;
let page: Page;
before(async () => {
  world = await pageWorld();
  page = await world.open({ permissions: ["clipboard-read", "clipboard-write"] });
});
after(() => world?.close());

const focused = () => page.evaluate(() => document.activeElement?.textContent);
const cardOf = (name: string) => page.locator("details.runbook", { hasText: name });
const opener = () => page.getByRole("button", { name: "What could go wrong" });
const newest = async () => (await world.executions()).at(-1);

test("a start by somebody else ticks the guide, marks the channel, leads to the request, and shows its signal", async () => {
  await actAs(page, "Jane Ito");
  await goTo(page, "approvals");
  await goTo(page, "random");
  const guide = page.getByRole("list", { name: "First steps" });
  const place = page.getByRole("navigation", { name: "Workspace" }).getByRole("button", { name: /approvals/ });
  assert.equal(await guide.getByRole("button", { name: "Start a runbook (done)" }).count(), 0);
  assert.equal(await place.getByRole("img", { name: "unread" }).count(), 0);
  await cardOf("Web-Rollback").locator("summary").first().click();
  await cardOf("Web-Rollback").getByLabel("Started by").selectOption("Jane, an IAM user");
  await cardOf("Web-Rollback").getByLabel("Started by").press("Tab");
  await cardOf("Web-Rollback").getByRole("button", { name: "Start Web-Rollback" }).click();
  await guide.getByRole("button", { name: "Start a runbook (done)" }).waitFor();
  await place.getByRole("img", { name: "unread" }).waitFor();
  const { AutomationExecutionId: id, ExecutedBy } = await newest();
  assert.equal(ExecutedBy, "arn:aws:iam::111122223333:user/jane");

  await page.getByRole("button", { name: "See the request" }).last().click();
  await messageOf(page, id).waitFor();
  await goTo(page, "random");
  await guide.getByRole("button", { name: "Approve it as Jane" }).click();
  await decide(page, id, "Approve");
  const { signals } = await executionIs(world, id, "Success");
  const card = page.locator(`[data-execution="${id}"]`);
  await card.getByText("started by jane").waitFor();
  await card.getByRole("definition").filter({ hasText: "2026.11.1" }).waitFor();
  const received = card.getByRole("region", { name: "Signals received" });
  await received.getByTitle(signals[0].principal).waitFor();
  for (const value of Object.values(signals[0].payload as Record<string, string[]>).flat()) {
    assert.ok((await received.innerText()).includes(value), value);
  }
});

test("a form sends what it shows: no choice unless one was made, and a runbook's own defaults", async () => {
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
  const card = cardOf("Form-Test");
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
});

test("a runbook needs a name that AWS takes, and may be YAML that begins with a brace", async () => {
  await page.getByRole("tab", { name: "Runbooks" }).click();
  const editor = page.locator("details.editor");
  await editor.locator("summary").click();
  const flow = '{schemaVersion: "0.3", mainSteps: [{name: pause, action: "aws:pause", inputs: {}, isEnd: true}]}';
  await editor.getByRole("textbox", { name: "Runbook (YAML or JSON)" }).fill(flow);
  const names = editor.getByRole("textbox", { name: "Name", exact: true });
  for (const name of ["", "ab", "a b c", "../../x", "x".repeat(129)]) {
    await names.fill("Flow-Style");
    await names.fill(name);
    await editor.getByRole("button", { name: "Add this runbook" }).click();
    await editor.getByText("A runbook's name has 3 to 128 characters").waitFor();
  }
  await names.fill("Flow-Style");
  await editor.getByRole("button", { name: "Add this runbook" }).click();
  await cardOf("Flow-Style").waitFor();
  assert.equal(await editor.getByRole("alert").innerText(), "");
});

test("what is typed is no mark, and a time that no calendar has does not blank the page", async () => {
  await goTo(page, "random");
  const odd = "<!date^99999999999999999^{date}|an odd day>";
  const line = page.getByRole("combobox", { name: "Message #random" });
  await line.fill(`typed & ${odd}`);
  await line.press("Enter");
  const posts = page.getByRole("log", { name: "Messages" }).locator("article");
  await posts.filter({ hasText: "typed" }).waitFor();
  const { channels } = await getJson(`${world.slackUrl}/_control/state`);
  const random = channels.find((each: { id: string }) => each.id === "C0RANDOM");
  assert.equal(random.messages.at(-1).text, "typed &amp; &lt;!date^99999999999999999^{date}|an odd day&gt;");

  await postJson(`${world.slackUrl}/_control/post`, { user: "U0DAN", channel: "C0RANDOM", text: `sent ${odd}` });
  await posts.filter({ hasText: "sent an odd day" }).waitFor();
  assert.deepEqual(world.complaints, await refusals());
});

/** The browser reports the status of each refusal. */
const refusals = async () => world.complaints.filter((each) => each.includes("400"));

test("a message that cannot be drawn leaves the others and the page where they are", async () => {
  const unreadable = { id: "U0MARS", realName: "Marvin Mars", tz: "Mars/Olympus_Mons" };
  await postJson(`${world.slackUrl}/_control/seed`, { people: [unreadable] });
  const { channels } = await getJson(`${world.slackUrl}/_control/state`);
  const { members } = channels.find((each: { id: string }) => each.id === "C0RANDOM");
  const random = { id: "C0RANDOM", members: [...members, "U0MARS"] };
  await postJson(`${world.slackUrl}/_control/seed`, { channels: [random] });
  await actAs(page, "Marvin Mars");
  await page.getByText("This message cannot be shown: typed").waitFor();
  await actAs(page, "Jane Ito");
  await page.getByRole("log", { name: "Messages" }).locator("article", { hasText: "typed" }).waitFor();
  world.complaints.splice(0, Number.POSITIVE_INFINITY, ...(await refusals()));
});

test("faults that are switched on one after the other all stand in their stand-in, strike, and are taken back", async () => {
  const labels = [
    "Slack answers 429 to posts",
    "Slack answers 429 to edits",
    "AWS throttles signals",
    "AWS throttles reads",
  ];
  const turnAll = async (to: boolean, names = labels) => {
    await opener().click();
    // As fast as a hand can, and faster.
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
  const inForce = async () => {
    const both = await Promise.all([world.awsUrl, world.slackUrl].map((url) => getJson(`${url}/_control/faults`)));
    return both.flatMap(({ faults }) => faults.map((each: { operation: string }) => each.operation)).sort();
  };
  await turnAll(true);
  const four = ["GetAutomationExecution", "SendAutomationSignal", "chat.postMessage", "chat.update"];
  await eventually("all four are in force", async () => (await inForce()).join() === four.join());

  await actAs(page, "Jane Ito");
  await goTo(page, "approvals");
  const id = await startRunbook(page, world, "Web-Rollback");
  const struck = async (url: string, operation: string) =>
    (await getJson(`${url}/_control/requests?operation=${operation}`)).requests.some(
      (each: { outcome: { fault?: string } }) => each.outcome.fault === "throttle",
    );
  await eventually("a read is throttled", () => struck(world.awsUrl, "GetAutomationExecution"));
  await turnAll(false, ["AWS throttles reads"]);
  await eventually("a post is answered 429", () => struck(world.slackUrl, "chat.postMessage"));
  await turnAll(false);
  await eventually("none is in force", async () => (await inForce()).length === 0);

  await messageOf(page, id).waitFor();
  await turnAll(true, ["AWS throttles signals", "Slack answers 429 to edits"]);
  await eventually("two are", async () => (await inForce()).join() === "SendAutomationSignal,chat.update");
  await decide(page, id, "Approve");
  await eventually("a signal is throttled", () => struck(world.awsUrl, "SendAutomationSignal"));
  await eventually("an edit is answered 429", () => struck(world.slackUrl, "chat.update"));
  await messageOf(page, id).getByText("0 of 1 approval").waitFor();
  await turnAll(false);
  await executionIs(world, id, "Success");
  await messageOf(page, id).getByText("The execution has succeeded").waitFor();
});

test("calls that only look do not push the others out of the wire", async () => {
  for (let index = 0; index < 450; index++) await fetch(`${world.slackUrl}/api/auth.test`, { method: "POST" });
  await page.getByRole("tab", { name: "Wire" }).click();
  await page.getByRole("searchbox").fill("SendAutomationSignal");
  await page.locator("details.wire").first().waitFor();
  await page.reload();
  await page.getByRole("tab", { name: "Wire" }).click();
  await page.getByRole("searchbox").fill("SendAutomationSignal");
  await page.locator("details.wire").first().waitFor();
});

test("Restart brings another process, and Escape closes the drawer and gives the focus back", async () => {
  const { pid } = world.sandbox.bot.status();
  await opener().click();
  await page.getByRole("button", { name: "Restart it" }).click();
  const other = await eventually("another process runs", () => {
    const { pid: now, running } = world.sandbox.bot.status();
    return running && now !== pid && now;
  });
  await page.getByText(`The bot runs as process ${other}.`).waitFor();
  await page.getByRole("switch").first().focus();
  await page.keyboard.press("Escape");
  await page.getByRole("complementary", { name: "What could go wrong" }).waitFor({ state: "detached" });
  assert.equal(await focused(), "What could go wrong");
});

test("Escape closes a thread and gives the focus back", async () => {
  await goTo(page, "random");
  const post = page.getByRole("region", { name: "#random" }).locator("article", { hasText: "typed" });
  await post.getByRole("button", { name: "Reply in thread" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("combobox", { name: "Reply" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("region", { name: "Thread" }).waitFor({ state: "detached" });
  assert.equal(await focused(), "Reply in thread");
});

test("the theme turns, arrows go through the tabs, and Copy takes the line as it stands", async () => {
  await page.getByRole("button", { name: "Switch to dark colours" }).click();
  assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
  await page.getByRole("button", { name: "Switch to light colours" }).click();
  assert.equal(await page.locator("html").getAttribute("data-theme"), "light");

  await page.getByRole("tab", { name: "Runbooks" }).click();
  await page.keyboard.press("ArrowRight");
  await page.getByRole("tab", { name: "Executions", selected: true }).waitFor();
  for (const _ of [1, 2]) await page.keyboard.press("ArrowLeft");
  await page.getByRole("tab", { name: "Wire", selected: true }).waitFor();
  assert.equal(await focused(), "Wire");

  await page.getByRole("tab", { name: "Runbooks" }).click();
  await cardOf("Web-Rollback").locator("summary").first().click();
  await cardOf("Web-Rollback").getByText("The same from a terminal").click();
  await page.getByRole("button", { name: "Copy: start Web-Rollback" }).click();
  await page.getByText("Copied.").waitFor();
  const line = await cardOf("Web-Rollback").locator(".copy-line pre").innerText();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), line);
  assert.match(line, /--region us-east-1/);
});

test("a week passes at one press, and Countersign goes on after it", async () => {
  const began = (await getJson(`${world.awsUrl}/_control/clock`)).now;
  await opener().click();
  await page.getByRole("button", { name: "+7 days" }).click();
  const week = 7 * 86_400_000;
  const now = await eventually("a week has passed", async () => {
    const read = (await getJson(`${world.awsUrl}/_control/clock`)).now;
    return read - began >= week && read;
  });
  const day = new Date(now).toISOString().slice(0, 10);
  await page.getByRole("complementary", { name: "What could go wrong" }).getByText(day).waitFor();
  await page.getByRole("button", { name: "Close the drawer" }).click();

  await goTo(page, "approvals");
  const id = await startRunbook(page, world, "Web-Rollback");
  await decide(page, id, "Approve");
  await executionIs(world, id, "Success");
  await messageOf(page, id).getByText("The execution has succeeded").waitFor();
  const waiting = (await world.executions()).filter((each) => each.AutomationExecutionStatus === "Waiting");
  assert.deepEqual(
    waiting.filter((each) => each.ExecutionStartTime * 1000 < now - week),
    [],
    "what nobody decided has timed out",
  );
});

test("no page asked for anything outside this machine, and none complained", async () => {
  assert.deepEqual(world.strays, []);
  assert.deepEqual(world.complaints, await refusals());
});
