import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { CreateDocumentCommand, StartAutomationExecutionCommand } from "@aws-sdk/client-ssm";
import { VARIABLES } from "../../src/config/environment.ts";
import { runCli } from "../support/cli.ts";
import { readTemplate, resolveTemplate } from "../support/cloudformation.ts";
import { BOT_TEMPLATE } from "../support/deployments.ts";
import { eventually } from "../support/eventually.ts";
import { FULL_MATRIX } from "../support/full-matrix.ts";
import { type World, world } from "../support/world.ts";

const PAGE = readFileSync("docs/install.md", "utf8");
const STACK = "countersign";

/** What the reader replaces, and the value of it in the stand-ins. */
const REPLACED: [string, string][] = [
  ["C0123456789", "C0APPROVALS"],
  ["U0123456789", "U0JANE"],
  ["role/Countersign", "role/CountersignBot"],
];

/** The commands of the page, in order. A command with a document that follows it (<<'EOF') has several lines. */
function readCommands(): string[] {
  const text = REPLACED.reduce((all, [from, to]) => all.replaceAll(from, to), PAGE);
  const shell = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = ""]) => block).join("");
  return shell.match(/^cat .*<<'EOF'\n[\s\S]*?^EOF$|^.+$/gm) ?? [];
}

/** The options of a command: `--name value`. */
const optionsOf = (command: string) =>
  Object.fromEntries([...command.matchAll(/ --([\w-]+) (\S+)/g)].map(([, name = "", value = ""]) => [name, value]));

test("the commands of docs/install.md lead to the first approval", async (t) => {
  const w = await world(t, { start: false });
  // The tokens and the Region come from .env, as the page says.
  Object.assign(w.environment, { SLACK_BOT_TOKEN: undefined, SLACK_APP_TOKEN: undefined, AWS_REGION: undefined });
  copyFileSync(".env.example", join(w.folder, ".env.example"));
  const done: string[] = [];
  for (const command of readCommands()) done.push(await run(w, command));
  assert.deepEqual([...new Set(done)].sort(), [
    "countersign",
    "create-document",
    "deploy",
    "describe-stacks",
    "files",
    "not run here",
    "npm start",
    "start-automation-execution",
  ]);
});

/** Runs a command as the reader does, and returns its kind. Fails if it is none that this test can run. */
async function run(w: World, command: string): Promise<string> {
  // The test runs in an installed checkout.
  if (command === "npm ci") return "not run here";
  const options = optionsOf(command);
  if (command.startsWith("aws cloudformation deploy ")) {
    const [, parameters = ""] = command.split("--parameter-overrides ");
    const given = Object.fromEntries(parameters.split(" ").map((each) => each.split("=")));
    const template = readTemplate(options["template-file"] ?? "");
    assert.ok(Object.keys(given).every((name) => name in template.Parameters));
    assert.ok(resolveTemplate(template, given).outputs.BotRoleArn);
    assert.equal(options["stack-name"], STACK);
    return "deploy";
  }
  if (command.startsWith("aws cloudformation describe-stacks ")) {
    assert.match(command, new RegExp(`--stack-name ${STACK} --query "Stacks\\[0\\]\\.Outputs"`));
    const { outputs } = resolveTemplate(readTemplate(BOT_TEMPLATE), { Compute: "ec2" });
    for (const [output, variable] of [...PAGE.matchAll(/`(\w+)` as\s+`([A-Z_]+)`/g)].map(([, ...names]) => names)) {
      assert.ok(VARIABLES.includes(variable as never), variable);
      assert.ok(output !== undefined && output in outputs, output);
    }
    return "describe-stacks";
  }
  if (command.startsWith("cp ") || command.startsWith("cat ")) {
    execFileSync("/bin/sh", ["-c", command], { cwd: w.folder });
    if (command.endsWith(" .env")) enterTokens(join(w.folder, ".env"));
    return "files";
  }
  if (command.startsWith("aws ssm create-document ")) {
    const content = readFileSync(join(w.folder, options.content?.replace("file://", "") ?? ""), "utf8");
    const { name: Name } = options;
    assert.deepEqual([options["document-type"], options["document-format"]], ["Automation", "YAML"]);
    await w.aws.ssm.send(
      new CreateDocumentCommand({ Name, Content: content, DocumentType: "Automation", DocumentFormat: "YAML" }),
    );
    return "create-document";
  }
  if (command.startsWith("npx countersign ")) {
    const { code, text } = await runCli(w.environment, ...command.split(" ").slice(2));
    assert.equal(code, 0, `${command}:\n${text}`);
    if (command.includes("audit find")) assert.match(text, /Hello-Approval/);
    return "countersign";
  }
  if (command === "npm start") {
    if (!FULL_MATRIX) await initialize(w);
    await w.startBot();
    await w.ready();
    return command;
  }
  if (command.startsWith("aws ssm start-automation-execution ")) {
    await approve(w, options["document-name"] ?? "", options.parameters?.split("=") ?? []);
    return "start-automation-execution";
  }
  return assert.fail(`this test cannot run: ${command}`);
}

/** Replaces the files that were written by hand by those of init, with the change that the page asks for. */
async function initialize(w: World): Promise<void> {
  const answers = "--region us-east-1 --channel #approvals --approvers U0JANE --admins jane@example.com --force";
  const tokens = ["--bot-token", "xoxb-sandbox", "--app-token", "xapp-sandbox"];
  const { code, text } = await runCli(w.environment, "init", ...tokens, ...answers.split(" "));
  assert.equal(code, 0, text);
  const policy = readFileSync(join(w.folder, "countersign.yml"), "utf8");
  assert.match(PAGE, /remove the `#` before `selfApproval: true`/);
  writeFileSync(join(w.folder, "countersign.yml"), policy.replace("# selfApproval: true", "selfApproval: true"));
}

function enterTokens(path: string): void {
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.replace("xoxb-...", "xoxb-sandbox").replace("xapp-...", "xapp-sandbox"));
}

/** Starts the runbook, approves it in the channel, and waits for its end in the message and in AWS. */
async function approve(w: World, DocumentName: string, [name = "", value = ""]: string[]): Promise<void> {
  const { AutomationExecutionId: id = "" } = await w.aws.ssm.send(
    new StartAutomationExecutionCommand({ DocumentName, Parameters: { [name]: [value] } }),
  );
  const message = await w.message(id, `Continue in ${value}?`);
  await w.click("U0JANE", message, "approve");
  await eventually("the execution succeeds", async () => {
    await w.control.slack("clock", { advanceMs: 1_000 });
    return (await w.execution(id)).AutomationExecutionStatus === "Success";
  });
  await w.message(id, "Approved");
}
