import type { Command } from "commander";
import type { Finding } from "../aws/verify/assumptions.ts";
import { QUOTA_EXECUTIONS } from "../aws/verify/checks.ts";
import { verifyAws } from "../aws/verify/verify-aws.ts";
import type { WaitingQueueConfig } from "../config/config.ts";
import { findUnknownRegions } from "../config/regions.ts";
import { parseQueueUrl } from "../config/variable-formats.ts";
import { systemClock } from "../ops/clock.ts";
import { describeEarlyEnd } from "./end-early.ts";
import { EXIT } from "./output.ts";
import { InputEndedError, makePrompt, type Prompt } from "./prompt.ts";

interface Options {
  region?: string;
  queue?: string;
  quota?: boolean;
  trail?: boolean;
  yes?: boolean;
  json?: boolean;
}

export function addVerifyAws(program: Command): void {
  program
    .command("verify-aws")
    .description(
      "check in a real account what Countersign assumes about AWS: creates runbooks that wait, and deletes them",
    )
    .option("--region <region>", "Region of the runbooks; default AWS_REGION, or AWS_DEFAULT_REGION")
    .option("--queue <url>", "queue that EventBridge delivers status events to; default WAITING_QUEUE_URL")
    .option(
      "--quota",
      `also start ${QUOTA_EXECUTIONS} executions at once, which can use up the account's quota for a minute`,
    )
    .option("--no-trail", "do not wait up to 15 minutes for the record in CloudTrail")
    .option("--yes", "do not ask for a confirmation")
    .option("--json", "print JSON for scripts")
    .action(async (options: Options) => {
      const region = options.region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
      if (region === undefined) return refuse("Name the Region with --region or AWS_REGION.");
      const [unknown] = findUnknownRegions({ namedRegions: [{ path: [], region }] });
      if (unknown?.level === "problem") return refuse(unknown.text);
      if (unknown !== undefined) process.stderr.write(`${unknown.text}\n`);
      const queue = parseQueue(options.queue ?? process.env.WAITING_QUEUE_URL, region);
      if (queue !== null && "what" in queue)
        return refuse(`Nothing was created. The URL of the queue is wrong: ${queue.what} ${queue.fix}`);
      if (
        options.yes !== true &&
        !(process.stdin.isTTY && (await confirm({ region, ...options }, makePrompt(process.stdin, process.stderr))))
      )
        return refuse("Nothing was created. Confirm with --yes.");
      await run(region, queue, options);
    });
}

/** Parses the URL of the queue; null without one. */
function parseQueue(url: string | undefined, region: string) {
  if (url === undefined) return null;
  const parsed = parseQueueUrl(region)(url);
  return "value" in parsed ? parsed.value : parsed;
}

async function run(
  region: string,
  queue: WaitingQueueConfig | null,
  { quota = false, trail = true, json = false }: Options,
): Promise<void> {
  const report = (line: string) => process.stderr.write(`${line}\n`);
  const interrupted = new AbortController();
  process.once("SIGINT", () => interrupted.abort());
  const { signal } = interrupted;
  try {
    const { findings, left, ...of } = await verifyAws({
      region,
      queue,
      quota,
      trail,
      clock: systemClock,
      signal,
      report,
    });
    const text = json
      ? JSON.stringify({ ...of, region, findings, left }, null, 2)
      : findings.map(describeFinding).join("\n\n");
    process.stdout.write(`${text}\n`);
    if (left.length > 0) report(`These could not be removed. Remove them by hand:\n${left.join("\n")}`);
    process.exitCode = left.length > 0 || findings.some(({ holds }) => holds === false) ? EXIT.failed : 0;
  } catch (error) {
    report(describeEarlyEnd("verify-aws", error));
    process.exitCode = EXIT.usage;
  }
}

/** Describes an assumption and its observation in three lines. */
export function describeFinding({ topic, assumed, observed, holds }: Finding): string {
  const mark = holds === null ? "?        " : holds ? "same     " : "DIFFERENT";
  return `${mark} ${topic}\n          assumed:  ${assumed}\n          observed: ${observed}`;
}

function refuse(text: string): void {
  process.stderr.write(`${text}\n`);
  process.exitCode = EXIT.usage;
}

/** Asks on a terminal, and closes the prompt. The end of the input, such as Ctrl+C, means no. */
export async function confirm(
  { region, quota = false }: { region: string; quota?: boolean },
  prompt: Prompt,
): Promise<boolean> {
  const more = quota
    ? ` --quota also starts ${QUOTA_EXECUTIONS} executions at once, which can use up the account's quota for a minute. All of them are canceled.`
    : "";
  try {
    const answer = await prompt.ask(
      `This creates seven runbooks in ${region}, runs them and deletes them. They wait and change nothing.${more} Continue? [y/N]`,
    );
    return /^y(es)?$/i.test(answer);
  } catch (error) {
    if (!(error instanceof InputEndedError)) throw error;
    prompt.say("");
    return false;
  } finally {
    prompt.close();
  }
}
