import { disagreements } from "./file-agreement.ts";
import { problemsOf } from "./file-issues.ts";
import { type ConfigFile, fileSchema } from "./file-schema.ts";
import { readYaml } from "./file-syntax.ts";
import type { Problem } from "./problem.ts";
import { placeOf } from "./yaml-place.ts";

export type FileOutcome = { kind: "file"; file: ConfigFile } | { kind: "problems"; problems: Problem[] };

/** Reads the text of a configuration file; `name` is what it is called in problems. */
export function parseFile(name: string, text: string): FileOutcome {
  const { yaml, problems, data } = readYaml(name, text);
  if (data === null) return { kind: "problems", problems: problems.length > 0 ? problems : [emptyFile(name)] };
  if (typeof data !== "object" || Array.isArray(data))
    return { kind: "problems", problems: [...problems, notAMap(placeOf(yaml, []), data)] };
  const parsed = fileSchema.safeParse(data, { reportInput: true });
  const all = [
    ...problems,
    ...(parsed.error?.issues ?? []).flatMap((issue) => problemsOf(yaml, issue)),
    ...disagreements(data).map(({ path, what, fix }) => ({ where: placeOf(yaml, path), what, fix })),
  ];
  if (parsed.success && all.length === 0) return { kind: "file", file: parsed.data };
  return { kind: "problems", problems: all.sort((a, b) => lineOf(a) - lineOf(b)) };
}

const COPY_EXAMPLE = "Begin with the example: cp countersign.example.yml countersign.yml";

const emptyFile = (name: string): Problem => ({ where: name, what: "The file is empty.", fix: COPY_EXAMPLE });

const notAMap = (where: string, data: unknown): Problem => ({
  where,
  what: `The file holds ${Array.isArray(data) ? "a list" : "a single value"} where a map of keys is expected.`,
  fix: `Write keys such as "routes:" at the beginning of a line. ${COPY_EXAMPLE}`,
});

const lineOf = (problem: Problem): number => Number(/:(\d+)(?: |$)/.exec(problem.where)?.[1] ?? 0);
