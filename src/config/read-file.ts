import { readFileSync } from "node:fs";
import { resolve } from "node:path";

/** A file as it was found; `path` is the full one, so that a person knows where it was looked for. */
export type FileReading =
  | { kind: "text"; path: string; text: string }
  | { kind: "absent"; path: string }
  | { kind: "unreadable"; path: string; reason: string };

export type ReadFile = (path: string) => FileReading;

const REASONS: Record<string, string> = {
  EISDIR: "it is a directory",
  EACCES: "this process may not read it",
  EPERM: "this process may not read it",
  ERR_ENCODING_INVALID_ENCODED_DATA: "it is not text in UTF-8",
};

/** Reads a whole text file; a relative path begins in the working directory. */
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
