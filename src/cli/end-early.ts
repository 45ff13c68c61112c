import { basename } from "node:path";
import type { Command } from "commander";
import { findSecrets } from "../config/environment.ts";
import { hideIn } from "../config/problem.ts";
import { EXIT } from "./output.ts";

/** The command that runs the bot. It logs its own end. */
const BOT = "serve";

/**
 * Ends a command in one sentence and with code 2 after an error that it does not expect, wherever the error occurs: Node's
 * stack trace ends with code 1, which means that a check failed.
 */
export function endEarlyAfterErrors(command: Command): void {
  const name = toName(command);
  if (name === BOT) return;
  const end = (error: unknown): never => {
    process.stderr.write(`${describeEarlyEnd(name, error)}\n`);
    process.exit(EXIT.usage);
  };
  process.on("uncaughtException", end);
  // A reader that has left, such as head, needs nothing more. The exit code stays that of the result, if there is one.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => (error.code === "EPIPE" ? process.exit() : end(error)));
}

/** Returns the name with those of the commands above it, but not the program's: "audit verify". */
function toName(command: Command): string {
  const { parent } = command;
  return parent?.parent == null ? command.name() : `${toName(parent)} ${command.name()}`;
}

const RETRY = "and run the command again.";

/**
 * The next step by the code of an error; see toCode. Sources: Node.js documentation, Errors; SQLite documentation, Result and
 * Error Codes; PostgreSQL documentation, Appendix A; AWS documentation, Common Error Types.
 */
const NEXT_STEPS: readonly (readonly [RegExp, string])[] = [
  [/^(?:ENOSPC|EDQUOT|SQLITE 13|53100)$/, `Free some space, ${RETRY}`],
  [
    /^(?:EACCES|EPERM|EROFS|ENOENT|EISDIR|ENOTDIR|SQLITE (?:3|8|14))$/,
    "Check that the path exists and that your user can read and write it. Then run the command again.",
  ],
  [/^(?:SQLITE [56]|40P01|53200|53400|55P03|57014)$/, "Run the command again when the database is less busy."],
  [/^(?:EIO|SQLITE 10|58030|XX001|XX002)$/, `Check the disk, or restore a backup, ${RETRY}`],
  [/^AccessDenied/, `Grant the permission, ${RETRY} docs/permissions.md and docs/operations.md list the permissions.`],
  [
    /Credentials|^(?:ExpiredToken|InvalidClientTokenId|UnrecognizedClient|InvalidSignature|SignatureDoesNotMatch)/,
    `Check the AWS credentials and the network of this environment, ${RETRY}`,
  ],
  // 20 is the code of AbortError in DOMException.
  [/^(?:AbortError|ABORT_ERR|20)$/, "The command was stopped. Run the command again for a complete result."],
];

const REPORT =
  "Run the command again. If it ends early again, report this message and the output of countersign doctor.";

/** Says why a command ended early, and the next step, on one line and without secrets. */
export function describeEarlyEnd(name: string, error: unknown, secrets = findSecrets(process.env)): string {
  const code = toCode(error);
  const next = NEXT_STEPS.find(([pattern]) => pattern.test(code))?.[1];
  const place = next === undefined ? findPlace(error) : null;
  const message = error instanceof Error ? error.message || error.name : String(error);
  const reason = hideIn(message, secrets).replaceAll(/\s+/g, " ").trim().slice(0, MAX_REASON_LENGTH);
  return `countersign ${name} ended early (${reason}${place === null ? "" : `, at ${place}`}). ${next ?? REPORT}`;
}

const MAX_REASON_LENGTH = 500;

/** Returns the primary result code of SQLite, the code of Node or PostgreSQL, or the name of another error, such as AWS's. */
function toCode(error: unknown): string {
  if (!(error instanceof Error)) return "";
  if ("errcode" in error) return `SQLITE ${Number(error.errcode) & 0xff}`;
  return "code" in error ? String(error.code) : error.name;
}

/** Returns the file and line in which the error was thrown, for a report. */
function findPlace(error: unknown): string | null {
  const [, path = "", line] =
    /\(?([^\s()]+):(\d+):\d+\)?$/m.exec(error instanceof Error ? (error.stack ?? "") : "") ?? [];
  return path === "" ? null : `${basename(path)}:${line}`;
}
