import { dirname } from "node:path";

/** The mutants of a file or a folder that tests killed, and all of them. */
export interface MutationResult {
  file: string;
  killed: number;
  all: number;
}

/** Adds up the results of each folder, so that well-tested folders cannot make up for another one. Files of subfolders count there. */
export function totalByFolder(results: readonly MutationResult[]): MutationResult[] {
  const totals = new Map<string, MutationResult>();
  for (const { file, killed, all } of results) {
    const folder = dirname(file);
    const total = totals.get(folder) ?? { file: folder, killed: 0, all: 0 };
    totals.set(folder, { file: folder, killed: total.killed + killed, all: total.all + all });
  }
  return [...totals.values()];
}

/** Returns the share of killed mutants in percent; 100 if there are no mutants. */
export function toRate({ killed, all }: MutationResult): number {
  return all === 0 ? 100 : (100 * killed) / all;
}

/** Describes a result on one line. */
export function toLine(result: MutationResult): string {
  return `${toRate(result).toFixed(1).padStart(5)} %  ${result.killed} of ${result.all}  ${result.file}`;
}
