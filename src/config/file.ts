import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { readAccountFiles } from "./account-files.ts";
import { describeIssue, withoutConsequences } from "./file-issues.ts";
import { type ConfigFile, fileSchema } from "./file-schema.ts";
import type { Problem } from "./problem.ts";
import { findTargetFaults } from "./target-rules.ts";
import { describeLine, describePlace, readYaml } from "./yaml-text.ts";

/** The result of reading a file. `path` is the full path, so that a message can show it. */
export type FileReading =
  | { kind: "text"; path: string; text: string }
  | { kind: "absent"; path: string }
  | { kind: "unreadable"; path: string; reason: string };

export type ReadFile = (path: string) => FileReading;

/**
 * `hash` is the SHA-256 of the file and, after it, of the account files that it names. `locate` describes the line of a
 * path in the file: `countersign.yml:12`.
 */
export type FileOutcome =
  | { kind: "file"; file: ConfigFile; hash: string; locate: (path: readonly PropertyKey[]) => string }
  | { kind: "problems"; problems: Problem[] };

const REASONS: Record<string, string> = {
  EISDIR: "it is a directory",
  EACCES: "this process may not read it",
  EPERM: "this process may not read it",
  ERR_ENCODING_INVALID_ENCODED_DATA: "it is not text in UTF-8",
};

/** Reads a text file; a relative path starts at the working directory. */
export function readTextFile(given: string): FileReading {
  const path = resolve(given);
  try {
    return { kind: "text", path, text: new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path)) };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "ENOENT" || code === "ENOTDIR") return { kind: "absent", path };
    return { kind: "unreadable", path, reason: REASONS[code] ?? (code || String(error)) };
  }
}

/** Reads and parses the configuration file. */
export function loadFile(name: string, readFile: ReadFile): FileOutcome {
  const reading = readFile(name);
  switch (reading.kind) {
    case "text":
      return parseFile(name, reading.text, readFile);
    case "absent":
      return failed({
        where: name,
        what: `The file does not exist: ${reading.path}.`,
        fix: "Run cp countersign.example.yml countersign.yml and edit the copy, or set COUNTERSIGN_CONFIG to the path of your file.",
      });
    case "unreadable":
      return failed({
        where: name,
        what: `The file cannot be read (${reading.reason}): ${reading.path}.`,
        fix: "Make it a text file that this process may read, or set COUNTERSIGN_CONFIG to another file.",
      });
    default:
      throw new Error(`no such reading: ${reading satisfies never}`);
  }
}

/** Parses the text of a configuration file; `name` is the file's name in problems. Reads the files that it names. */
export function parseFile(name: string, text: string, readFile: ReadFile = readTextFile): FileOutcome {
  const { yaml, problems, data } = readYaml(name, text);
  if (data === null) return failed(...(problems.length > 0 ? problems : [emptyFile(name)]));
  if (typeof data !== "object" || Array.isArray(data))
    return failed(...problems, notAMap(describePlace(yaml, []), data));
  const parsed = fileSchema.safeParse(data, { reportInput: true });
  const read = readAccountFiles(yaml, data, readFile);
  problems.push(...read.problems);
  if (parsed.success && problems.length === 0) {
    for (const [index, accounts] of read.accounts) Object.assign(parsed.data.targets?.[index] ?? {}, { accounts });
    const faults = findTargetFaults(parsed.data.targets);
    if (faults.length === 0) {
      const hash = sha256([text, ...read.texts].join(""));
      return { kind: "file", file: parsed.data, hash, locate: (path) => describeLine(yaml, path) };
    }
    problems.push(
      ...faults.map(({ path, ...fault }) => ({ where: describePlace(yaml, ["targets", ...path]), ...fault })),
    );
  }
  const issues = withoutConsequences(parsed.error?.issues ?? []);
  const all = [...problems, ...issues.flatMap((issue) => describeIssue(yaml, issue))];
  return failed(...all.sort((a, b) => toLine(a) - toLine(b)));
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

const failed = (...problems: Problem[]): FileOutcome => ({ kind: "problems", problems });

const COPY_EXAMPLE = "Start with the example: cp countersign.example.yml countersign.yml";

const emptyFile = (name: string): Problem => ({ where: name, what: "The file is empty.", fix: COPY_EXAMPLE });

const notAMap = (where: string, data: unknown): Problem => ({
  where,
  what: `The file contains ${Array.isArray(data) ? "a list" : "a single value"} instead of a map of keys.`,
  fix: `Write keys such as "routes:" at the start of a line. ${COPY_EXAMPLE}`,
});

const toLine = (problem: Problem): number => Number(/:(\d+)(?: |$)/.exec(problem.where)?.[1] ?? 0);
