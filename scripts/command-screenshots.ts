import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { eventually } from "../test/support/eventually.ts";
import { getJson, type Json, postJson } from "../test/support/http-json.ts";
import {
  actAs,
  decide,
  openConversation,
  pageWorld,
  requestMessage,
  startRunbook,
  waitForStatus,
} from "../test/support/page-world.ts";
import { saveScreenshot } from "./save-screenshot.ts";

/** Takes the screenshots in docs/images/commands, one of each answer and of App Home: `npm run screenshots:commands`. */

const FOLDER = fileURLToPath(new URL("../docs/images/commands/", import.meta.url));
const CHANNEL = "C0APPROVALS";
const ADMIN = "U0ADMIN";

mkdirSync(FOLDER, { recursive: true });
const world = await pageWorld();
try {
  const page = await world.open({ viewport: { width: 1280, height: 1800 } });
  await actAs(page, "Jane Ito");
  await openConversation(page, "approvals");
  const approved = await startRunbook(page, world, "Web-Rollback");
  await decide(page, approved, "Approve");
  await waitForStatus(world, approved, "Success");
  await requestMessage(page, approved).getByText("has succeeded").waitFor();

  const open = await startRunbook(page, world, "Payout-Release");
  await decide(page, open, "Approve");
  const form = page.getByRole("dialog");
  await form.getByRole("textbox", { name: "Reason" }).fill("The totals are right");
  await form.getByRole("button", { name: "Approve" }).click();
  await requestMessage(page, open).getByText("1 of 2 approvals").waitFor();

  // An admin who has not voted has no recent decisions.
  const homes = [
    { name: "home", person: "Jane Ito", last: "Your recent decisions" },
    { name: "home-admin", person: "Ada Admin", last: "Health" },
  ];
  for (const { name, person, last } of homes) {
    await actAs(page, person);
    await openConversation(page, "App Home");
    const home = page.getByRole("region", { name: "Requests waiting for you" });
    await home.getByText(last, { exact: true }).waitFor();
    await saveScreenshot(page, home.locator(":scope > *").first(), `${FOLDER}${name}.png`);
  }

  await openConversation(page, "approvals");
  const commands: Record<string, string> = {
    pending: "pending",
    show: `show ${approved.slice(0, 8)}`,
    history: "history by:@jane since:yesterday",
    policy: `policy ${approved}`,
    executions: "executions since:yesterday",
    stats: "stats",
    health: "health",
    help: "help",
    error: "pendign",
  };
  const take = async (name: string, text: string, user: string) => {
    const before = new Set((await ephemerals(user)).map((each: Json) => each.ts));
    await postJson(`${world.slackUrl}/_control/command`, { user, channel: CHANNEL, text: `/approvals ${text}` });
    const answer = await eventually(`the answer to ${text}`, async () =>
      (await ephemerals(user)).find((each: Json) => !before.has(each.ts) && !String(each.text).startsWith("Looking")),
    );
    await saveScreenshot(page, page.locator(`article.message[data-ts="${answer.ts}"]`), `${FOLDER}${name}.png`);
  };
  for (const [name, text] of Object.entries(commands)) await take(name, text, ADMIN);
  await actAs(page, "Jane Ito");
  await openConversation(page, "approvals");
  await take("show-open", `show ${open.slice(0, 8)}`, "U0JANE");
} finally {
  await world.close();
}

async function ephemerals(user: string): Promise<Json[]> {
  const { channels } = await getJson(`${world.slackUrl}/_control/state`);
  const channel = channels.find((each: Json) => each.id === CHANNEL);
  return channel.messages.filter((each: Json) => each.onlyFor === user);
}
