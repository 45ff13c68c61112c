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
  /** URL of the page. The Slack stand-in has the same origin. */
  url: string;
  slackPort: number;
  awsPort: number;
  bot: BotSupervisor;
  close(): Promise<void>;
}

/**
 * Starts both stand-ins on one clock, the page, and the bot in a separate process. Port 0 picks a free port. If a port
 * is in use, stops everything that it has started and rejects.
 */
export async function startSandbox(options: {
  slackPort: number;
  awsPort: number;
  /** Port of the bot's health checks. */
  botPort: number;
  /** Another build of the bot's program. */
  program?: string;
  /** Receives each log line of the bot. */
  onLine: (text: string) => void;
  /** Receives the bot's exit code or signal name if it exits without a request. */
  onUnexpectedExit: (exit: number | string) => void;
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
    const { program, onLine, onUnexpectedExit } = options;
    const bot = superviseBot({ environment: botEnvironment(addresses), program, folder, onLine, onUnexpectedExit });
    releases.push(() => bot.stop());
    bot.start();
    return { url: slack.url, slackPort: slack.port, awsPort: aws.port, bot, close };
  } catch (error) {
    await close();
    throw error;
  }
}
