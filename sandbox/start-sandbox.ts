import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startAwsSandbox } from "./aws/start-aws-sandbox.ts";
import { botEnvironment } from "./bot-environment.ts";
import { type BotSupervisor, superviseBot } from "./bot-supervisor.ts";
import { startSlackSandbox } from "./slack/server.ts";
import { bundledPage } from "./ui/serve/bundled-page.ts";
import { pageRoutes } from "./ui/serve/page-routes.ts";
import { makeSandboxClock } from "./wire/clock.ts";

export interface Sandbox {
  /** The page, and the Slack stand-in below it. */
  url: string;
  slackPort: number;
  awsPort: number;
  bot: BotSupervisor;
  close(): Promise<void>;
}

/**
 * Starts both stand-ins on one clock, the page, and the bot as a process of its own. Port 0 takes a free one. Rejects when
 * a port is taken; nothing of it then stays behind.
 */
export async function startSandbox(options: {
  slackPort: number;
  awsPort: number;
  /** Of the bot's health checks. */
  botPort: number;
  /** Receives each line that the bot logs. */
  line: (text: string) => void;
  /** Told when the bot ends by itself: its exit code, or the signal's name. */
  ended: (why: number | string) => void;
}): Promise<Sandbox> {
  const clock = makeSandboxClock();
  const folder = mkdtempSync(join(tmpdir(), "countersign-sandbox-"));
  const releases: (() => unknown)[] = [() => clock.close(), () => rmSync(folder, { recursive: true, force: true })];
  const close = async () => {
    for (const release of releases.splice(0).reverse()) await release();
  };
  try {
    const files = await bundledPage();
    const aws = await startAwsSandbox({ port: options.awsPort, clock, seed: true });
    releases.push(() => aws.close());
    const slackUrl = () => slack.url;
    const page = pageRoutes({ files, slackUrl, awsUrl: aws.url, bot: () => bot });
    const slack = await startSlackSandbox({ port: options.slackPort, clock, page });
    releases.push(() => slack.close());
    const configPath = fileURLToPath(new URL("./countersign.yml", import.meta.url));
    const addresses = { slackUrl: slack.url, awsUrl: aws.url, configPath, folder, port: options.botPort };
    const bot = superviseBot({ environment: botEnvironment(addresses), line: options.line, ended: options.ended });
    releases.push(() => bot.stop());
    bot.start();
    return { url: slack.url, slackPort: slack.port, awsPort: aws.port, bot, close };
  } catch (error) {
    await close();
    throw error;
  }
}
