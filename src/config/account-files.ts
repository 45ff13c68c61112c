import { dirname, isAbsolute, join } from "node:path";
import type { ReadFile } from "./file.ts";
import type { Problem } from "./problem.ts";
import { quote } from "./problem.ts";
import { asList, asMap } from "./schema-parts.ts";
import { ACCOUNT } from "./target-rules.ts";
import { describePlace, type YamlText } from "./yaml-text.ts";

/**
 * Reads the `accountsFile` of each target: the accounts by the target's index, the texts in the order of the targets, and
 * every problem. A relative path starts at the folder of the configuration file.
 */
export function readAccountFiles(
  yaml: YamlText,
  data: unknown,
  readFile: ReadFile,
): { accounts: Map<number, string[]>; texts: string[]; problems: Problem[] } {
  const accounts = new Map<number, string[]>();
  const texts: string[] = [];
  const problems: Problem[] = [];
  for (const [index, target] of asList(asMap(data).targets).entries()) {
    const name = asMap(target).accountsFile;
    if (typeof name !== "string" || name === "") continue;
    const reading = readFile(isAbsolute(name) ? name : join(dirname(yaml.name), name));
    const where = describePlace(yaml, ["targets", index, "accountsFile"]);
    const fix =
      "Write the path of a text file with one account per line. A relative path starts at the folder of this file.";
    if (reading.kind !== "text") {
      const why = reading.kind === "absent" ? "does not exist" : `cannot be read (${reading.reason})`;
      problems.push({ where, what: `The file ${why}: ${reading.path}.`, fix });
      continue;
    }
    texts.push(reading.text);
    const list = parseAccounts(name, reading.text);
    problems.push(...list.problems);
    if (list.accounts.length === 0 && list.problems.length === 0)
      problems.push({
        where,
        what: `The file contains no account: ${reading.path}.`,
        fix: "Write one account per line.",
      });
    accounts.set(index, list.accounts);
  }
  return { accounts, texts, problems };
}

/** Parses one account per line. A # begins a comment. */
function parseAccounts(name: string, text: string): { accounts: string[]; problems: Problem[] } {
  const lines = new Map<string, number>();
  const problems: Problem[] = [];
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    const account = line.replace(/#.*$/, "").trim();
    if (account === "") continue;
    const where = `${name}:${index + 1}`;
    const first = lines.get(account);
    if (!ACCOUNT.test(account))
      problems.push({
        where,
        what: `${quote(account)} is not an AWS account ID.`,
        fix: "Write its 12 digits, without spaces or hyphens.",
      });
    else if (first !== undefined)
      problems.push({
        where,
        what: `Account ${account} is a duplicate of line ${first}.`,
        fix: "Remove one of the two lines.",
      });
    else lines.set(account, index + 1);
  }
  return { accounts: [...lines.keys()], problems };
}
