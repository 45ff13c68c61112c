/**
 * Runs the contract tests of the bot's adapters with each value of each setting of the stand-in that they call, one setting
 * after the other. Prints the failed settings. Exits with 1 if there is one. `test/e2e/any-setting.test.ts` runs the whole bot.
 */
import { spawnSync } from "node:child_process";
import { formatSetting, SETTING_VARIABLE, SETTINGS } from "../test/support/setting.ts";
import { SETTING_TESTS } from "./setting-tests.ts";

const failed = SETTINGS.filter((setting) => {
  const value = formatSetting(setting);
  process.stdout.write(`${SETTING_VARIABLE}=${value}\n`);
  const files = SETTING_TESTS[setting.standIn].map((name) => `test/contract/${name}.test.ts`);
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
