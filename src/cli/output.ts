import type { Log } from "../app/ports/aws.ts";
import { formatProblems, type Problem } from "../config/problem.ts";

/** Exit codes, for scripts. */
export const EXIT = {
  /** A check failed, or the bot could not start or continue. */
  failed: 1,
  /** The configuration or command line is wrong, the database cannot be read, or the command ended early. */
  usage: 2,
} as const;

export interface CommandResult {
  ok: boolean;
  /** The failure says nothing about the thing to check: it could not be checked. */
  isUnchecked?: boolean;
  lines: string[];
}

/** Prints a command's result: a failure goes to stderr and sets the exit code. Without lines, the command has printed it. */
export function printResult({ ok, isUnchecked = false, lines }: CommandResult): void {
  if (lines.length > 0) (ok ? process.stdout : process.stderr).write(`${lines.join("\n")}\n`);
  process.exitCode = ok ? 0 : isUnchecked ? EXIT.usage : EXIT.failed;
}

/** Prints problems of the configuration and ends the process. */
export function refuseConfiguration(heading: string, problems: readonly Problem[]): never {
  process.stderr.write(`${heading}\n\n${formatProblems(problems)}\n`);
  process.exit(EXIT.usage);
}

/** Formats warnings about variables. */
export const formatWarnings = (warnings: readonly Problem[]): string[] =>
  warnings.map(({ where, what, fix }) => `${where}\n  Warning: ${what} ${fix}`);

/** Prints warnings to stderr, where no script reads them. */
export function printWarnings(warnings: readonly Problem[]): void {
  for (const text of formatWarnings(warnings)) process.stderr.write(`${text}\n`);
}

/** The log of commands that print their result: they log nothing. */
export const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => SILENT };
