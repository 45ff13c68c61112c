/**
 * Runs the contract tests of the bot's adapters with each value of each setting of the stand-in that they call, one setting
 * after the other. Prints the failed settings. Exits with 1 if there is one. `test/e2e/any-setting.test.ts` runs the whole bot.
 */
import { spawnSync } from "node:child_process";
import { formatSetting, SETTING_VARIABLE, SETTINGS } from "../test/support/setting.ts";

/**
 * The tests of the bot's adapters, which must pass with every setting. Left out are:
 *   aws-approve, aws-signals, aws-step-outcomes, aws-rate-control   they state the defaults of the stand-in itself, such as who may
 *     approve, when a signal takes effect and which decisions a step shows, and set the other values where they test them
 *   slack-clicks, slack-delivery, slack-messages   the same, for edits, history and teams
 *   verify-aws   it has a table of settings of its own, with the answer that each one must give
 *   waiting-queue   it counts the messages of the default settings; test/e2e/any-setting runs the bot with only its events
 *   doctor   its world starts the stand-ins without the setting
 */
const TESTS = {
  aws: [
    "aws-accounts",
    "aws-adapter",
    "aws-adapter-signals",
    "aws-gate-runbooks",
    "aws-list-executions",
    "aws-loop",
    "aws-pauses",
    "aws-people",
    "publish-events",
  ],
  slack: ["limited-lookups", "slack-directory", "slack-socket", "slack-variants"],
};

const failed = SETTINGS.filter((setting) => {
  const value = formatSetting(setting);
  process.stdout.write(`${SETTING_VARIABLE}=${value}\n`);
  const files = TESTS[setting.standIn].map((name) => `test/contract/${name}.test.ts`);
  const { status } = spawnSync(process.execPath, ["--test", "--test-isolation=none", "--test-reporter=dot", ...files], {
    stdio: "inherit",
    env: { ...process.env, [SETTING_VARIABLE]: value },
  });
  return status !== 0;
}).map(formatSetting);
process.stdout.write(
  failed.length === 0 ? `all ${SETTINGS.length} settings passed\n` : `FAILED with ${failed.join(", ")}\n`,
);
process.exit(failed.length === 0 ? 0 : 1);
