import { Command, InvalidArgumentError } from "commander";
import { startAwsSandbox } from "./aws/start-aws-sandbox.ts";
import { formatLogLine } from "./format-log-line.ts";
import { startSlackSandbox } from "./slack/server.ts";
import { startSandbox } from "./start-sandbox.ts";
import { welcomeText } from "./welcome.ts";

const SLACK_PORT = 3000;
const AWS_PORT = 4566;

const print = (text: string) => process.stdout.write(`${text}\n`);

function parsePort(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError("Expected a port number from 0 to 65535.");
  return value;
}

const program = new Command("sandbox").description(
  "Run Countersign against a local AWS and a local Slack. No accounts needed.",
);
const withSlackPort = (command: Command) =>
  command.option("--slack-port <port>", "port of the Slack stand-in", parsePort, SLACK_PORT);
const withAwsPort = (command: Command) =>
  command.option("--aws-port <port>", "port of the AWS stand-in", parsePort, AWS_PORT);

/** Resolves at Ctrl-C or SIGTERM. */
const waitForInterrupt = () =>
  new Promise<void>((resolve) => {
    for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => resolve());
  });

withAwsPort(program.command("aws").description("run the AWS stand-in alone")).action(async ({ awsPort }) => {
  const aws = await startAwsSandbox({ port: awsPort, seed: true });
  print(`AWS stand-in: ${toLocalUrl(aws.port)}. Press Ctrl-C to stop.`);
  print(`Try: AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test \\`);
  print(`  aws --region us-east-1 --endpoint-url ${toLocalUrl(aws.port)} ssm describe-automation-executions`);
  await waitForInterrupt();
  await aws.close();
});

withSlackPort(program.command("slack").description("run the Slack stand-in alone")).action(async ({ slackPort }) => {
  const slack = await startSlackSandbox({ port: slackPort });
  const url = toLocalUrl(slack.port);
  print(`Slack stand-in: ${url} (Web API base ${url}/api/). Press Ctrl-C to stop.`);
  await waitForInterrupt();
  await slack.close();
});

withSlackPort(withAwsPort(program.command("all").description("run the page, both stand-ins and the bot")))
  .option("--bot-port <port>", "port of the bot's health checks; 0 picks a free port", parsePort, 0)
  .action(async ({ slackPort, awsPort, botPort }) => {
    const sandbox = await startSandbox({
      slackPort,
      awsPort,
      botPort,
      onLine: (text) => print(`bot  ${formatLogLine(text)}`),
      onUnexpectedExit: (exit) =>
        print(`The bot exited (${exit}). Its log lines above show the cause. Start it again from the page.`),
    });
    print(welcomeText({ pageUrl: toLocalUrl(sandbox.slackPort), awsUrl: toLocalUrl(sandbox.awsPort) }));
    await waitForInterrupt();
    await sandbox.close();
  });

function toLocalUrl(portNumber: number): string {
  return `http://localhost:${portNumber}`;
}

program.parseAsync().catch((error: unknown) => {
  const portInUse = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
  const message = error instanceof Error ? error.message : String(error);
  const advice =
    "Stop the program that uses this port, or choose other ports: npm run sandbox -- --slack-port 3001 --aws-port 4567";
  process.stderr.write(portInUse ? `${message}\n${advice}\n` : `The sandbox could not start: ${message}\n`);
  process.exit(1);
});
