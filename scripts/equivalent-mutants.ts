/** A line from 1 and a column from 1, as StrykerJS counts them. */
export interface Position {
  line: number;
  column: number;
}

/** A change of a source file. `line` is the first line that it changes, `code` the text that it replaces. Both without indentation. */
export interface SourceMutant {
  file: string;
  line: string;
  code: string;
  replacement: string;
}

/** A change that no test can notice, and the reason. */
export interface EquivalentMutant extends SourceMutant {
  why: string;
}

/** Describes a mutant by its text instead of its position, so that changes in other lines do not matter. */
export function describeMutant(
  file: string,
  source: string,
  { start, end }: { start: Position; end: Position },
  replacement: string,
): SourceMutant {
  const lines = source.split("\n").slice(start.line - 1, end.line);
  const [line = ""] = lines;
  const after = (lines.at(-1)?.length ?? 0) - end.column + 1;
  const code = lines.join("\n").slice(start.column - 1);
  return {
    file,
    line: line.trim(),
    code: joinLines(code.slice(0, code.length - after)),
    replacement: joinLines(replacement),
  };
}

/** Tells whether the list contains this change with a reason. */
export function isExplained(mutant: SourceMutant, equivalents: readonly EquivalentMutant[]): boolean {
  return equivalents.some(
    ({ file, line, code, replacement, why }) =>
      why.trim() !== "" &&
      file === mutant.file &&
      line === mutant.line &&
      code === mutant.code &&
      replacement === mutant.replacement,
  );
}

/** Joins the lines of a text with one space. */
function joinLines(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, " ");
}
