import { Command, InvalidArgumentError } from "commander";
import { startAwsSandbox } from "./aws/start-aws-sandbox.ts";
import { formatLogLine } from "./format-log-line.ts";
import { startSlackSandbox } from "./slack/server.ts";
import { startSandbox } from "./start-sandbox.ts";
import { welcomeText } from "./welcome.ts";

const SLACK_PORT = 3000;
const AWS_PORT = 4566;

const say = (text: string) => process.stdout.write(`${text}\n`);

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError("Expected a port number.");
  return value;
}

const program = new Command("sandbox").description("Countersign with a local AWS and a local Slack, and no account");
const withSlackPort = (command: Command) =>
  command.option("--slack-port <port>", "port of the Slack stand-in", port, SLACK_PORT);
const withAwsPort = (command: Command) =>
  command.option("--aws-port <port>", "port of the AWS stand-in", port, AWS_PORT);

/** Resolves when the person wants to end it. */
const interrupted = () =>
  new Promise<void>((resolve) => {
    for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => resolve());
  });

withAwsPort(program.command("aws").description("the AWS stand-in alone")).action(async ({ awsPort }) => {
  const aws = await startAwsSandbox({ port: awsPort, seed: true });
  say(`AWS stand-in on ${local(aws.port)}. Press Ctrl-C to end it.`);
  say(`Try: AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test \\`);
  say(`  aws --region us-east-1 --endpoint-url ${local(aws.port)} ssm describe-automation-executions`);
  await interrupted();
  await aws.close();
});

withSlackPort(program.command("slack").description("the Slack stand-in alone")).action(async ({ slackPort }) => {
  const slack = await startSlackSandbox({ port: slackPort });
  say(`Slack stand-in on ${local(slack.port)}, Web API base ${local(slack.port)}/api/. Press Ctrl-C to end it.`);
  await interrupted();
  await slack.close();
});

withSlackPort(withAwsPort(program.command("all").description("the page, both stand-ins and the bot")))
  .option("--bot-port <port>", "port of the bot's health checks; 0 takes a free one", port, 0)
  .action(async ({ slackPort, awsPort, botPort }) => {
    const sandbox = await startSandbox({
      slackPort,
      awsPort,
      botPort,
      line: (text) => say(`bot  ${formatLogLine(text)}`),
      ended: (why) => say(`The bot has ended (${why}); its last lines above say why. The page can start it again.`),
    });
    say(welcomeText({ pageUrl: local(sandbox.slackPort), awsUrl: local(sandbox.awsPort) }));
    await interrupted();
    await sandbox.close();
  });

function local(portNumber: number): string {
  return `http://localhost:${portNumber}`;
}

program.parseAsync().catch((error: unknown) => {
  const taken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
  const words = error instanceof Error ? error.message : String(error);
  const advice = "End what uses it, or choose others: npm run sandbox -- --slack-port 3001 --aws-port 4567";
  process.stderr.write(taken ? `${words}\n${advice}\n` : `The sandbox could not start: ${words}\n`);
  process.exit(1);
});
