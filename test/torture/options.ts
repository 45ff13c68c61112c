import { parseArgs } from "node:util";
import { MUTANT_NAMES } from "./mutants.ts";
import type { EngineName } from "./open-database.ts";

export interface Options {
  schedules: number;
  seed: number;
  engine: EngineName;
  replicas: number;
  workers: number;
  mutant: string | null;
}

export const USAGE = `npm run torture -- [--schedules N] [--seed S] [--engine sqlite|postgres] [--replicas R] [--workers W] [--mutant NAME]

  --schedules  number of schedules, with the seeds S, S+1, ...; default 20, or 1 with --seed
  --seed       the first seed; --seed without --schedules repeats that schedule
  --engine     the database of the bots; default sqlite
  --replicas   number of bots that share the database; more than one requires postgres
  --workers    number of schedules that run in parallel; default 4
  --mutant     removes a safeguard (${MUTANT_NAMES.join(", ")}); the run then fails unless it finds a violation

Ctrl-C finishes the running schedules and prints the figures so far.
`;

/** Parses the command line. Throws an error whose message names the invalid option. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      schedules: { type: "string" },
      seed: { type: "string" },
      engine: { type: "string", default: "sqlite" },
      replicas: { type: "string", default: "1" },
      workers: { type: "string", default: "4" },
      mutant: { type: "string" },
    },
  });
  const count = (name: string, text: string): number => {
    const number = Number(text);
    if (!Number.isSafeInteger(number) || number < 1) throw new Error(`--${name} must be a whole number, 1 or greater.`);
    return number;
  };
  const { engine, mutant = null } = values;
  if (engine !== "sqlite" && engine !== "postgres") throw new Error("--engine must be sqlite or postgres.");
  if (mutant !== null && !MUTANT_NAMES.includes(mutant))
    throw new Error(`--mutant must be ${MUTANT_NAMES.join(" or ")}.`);
  const replicas = count("replicas", values.replicas);
  if (replicas > 1 && engine === "sqlite") throw new Error("--replicas greater than 1 requires --engine postgres.");
  return {
    schedules: count("schedules", values.schedules ?? (values.seed === undefined ? "20" : "1")),
    seed: values.seed === undefined ? (Date.now() % 1_000_000) + 1 : count("seed", values.seed),
    engine,
    replicas,
    workers: count("workers", values.workers),
    mutant,
  };
}
