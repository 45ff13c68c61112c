import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Locator } from "playwright-core";
import { startAwsSandbox } from "../sandbox/aws/start-aws-sandbox.ts";
import { superviseBot } from "../sandbox/bot-supervisor.ts";
import { BOT_TOKEN } from "../sandbox/slack/seed.ts";
import { startSlackSandbox } from "../sandbox/slack/server.ts";
import { bundledPage } from "../sandbox/ui/serve/bundled-page.ts";
import { pageRoutes } from "../sandbox/ui/serve/page-routes.ts";
import { makeSandboxClock } from "../sandbox/wire/clock.ts";
import { postJson } from "../test/support/http-json.ts";
import { launchBrowser } from "../test/support/page-browser.ts";
import { actAs, openConversation } from "../test/support/page-world.ts";
import { messageExamples } from "./message-examples.ts";
import { replyExamples } from "./reply-examples.ts";
import { saveScreenshot } from "./save-screenshot.ts";

/**
 * Takes the screenshots in docs/images/messages, one of each kind of message and of each group of replies, as wide as a phone: `npm run screenshots:messages`.
 * With names, as in `npm run screenshots:messages -- open digest`, it takes only these.
 */

const FOLDER = fileURLToPath(new URL("../docs/images/messages/", import.meta.url));
const names = process.argv.slice(2);
const CHANNEL = "C0ONCALL";

mkdirSync(FOLDER, { recursive: true });
const clock = makeSandboxClock();
const aws = await startAwsSandbox({ port: 0, clock, seed: false });
// The page shows a bot that never starts: the script posts the messages.
const bot = superviseBot({ environment: {}, folder: FOLDER, onLine: () => {}, onUnexpectedExit: () => {} });
const page = pageRoutes({ files: await bundledPage(), slackUrl: () => slack.url, awsUrl: aws.url, bot: () => bot });
const slack = await startSlackSandbox({ port: 0, clock, page });
const browser = await launchBrowser();
try {
  // High enough for the tallest group of replies: a part that is scrolled away would be missing in the picture.
  const context = await browser.newContext({ viewport: { width: 390, height: 3000 } });
  const phone = await context.newPage();
  await phone.goto(slack.url);
  await phone.getByRole("button", { name: "Workspace" }).click();
  await actAs(phone, "Jane Ito");
  await openConversation(phone, "oncall");
  const replies = Object.entries(replyExamples()).map(
    ([name, texts]) => [name, texts.map((text) => ({ text, user: "U0JANE" }))] as const,
  );
  const all = [...Object.entries(messageExamples()).map(([name, message]) => [name, [message]] as const), ...replies];
  for (const [name, messages] of all) {
    if (names.length > 0 && !names.includes(name)) continue;
    const articles: Locator[] = [];
    for (const message of messages) {
      const article = phone.locator(`article.message[data-ts="${await post(message)}"]`);
      await article.waitFor();
      articles.push(article);
      // Slack accepts about one message per second in a channel.
      await postJson(`${slack.url}/_control/clock`, { advanceMs: 2000 });
    }
    await saveScreenshot(phone, articles, `${FOLDER}${name}.png`);
  }
} finally {
  await browser.close();
  await slack.close();
  await aws.close();
  clock.close();
}

/** Posts a message or, with a user, an ephemeral one as the bot does, and returns its ts. The stand-in checks the blocks as strictly as Slack. */
async function post(message: object): Promise<string> {
  const method = "user" in message ? "chat.postEphemeral" : "chat.postMessage";
  const response = await fetch(`${slack.url}/api/${method}`, {
    method: "POST",
    headers: { "content-type": "application/json; charset=utf-8", authorization: `Bearer ${BOT_TOKEN}` },
    body: JSON.stringify({ channel: CHANNEL, ...message }),
  });
  const reply = (await response.json()) as { ok: boolean; ts?: string; message_ts?: string };
  const ts = reply.ts ?? reply.message_ts;
  if (!reply.ok || ts === undefined) throw new Error(`${method} refused: ${JSON.stringify(reply)}`);
  return ts;
}
