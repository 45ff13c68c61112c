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

  --schedules  how many to run, with the seeds S, S+1, ...; 1 where only a seed is given, else 20
  --seed       the first seed; a seed alone replays its schedule
  --engine     what the bot keeps its records in; default sqlite
  --replicas   how many bots share the records; more than one needs postgres
  --workers    how many schedules run side by side; default 3
  --mutant     a safeguard to take away (${MUTANT_NAMES.join(", ")}): then a run that finds nothing fails

Ctrl-C ends after the schedules under way and prints the figures so far.
`;

/** Reads the command line. Throws with words for the person who typed it. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      schedules: { type: "string" },
      seed: { type: "string" },
      engine: { type: "string", default: "sqlite" },
      replicas: { type: "string", default: "1" },
      workers: { type: "string", default: "3" },
      mutant: { type: "string" },
    },
  });
  const count = (name: string, text: string): number => {
    const number = Number(text);
    if (!Number.isSafeInteger(number) || number < 1) throw new Error(`--${name} is a whole number from 1 on.`);
    return number;
  };
  const { engine, mutant = null } = values;
  if (engine !== "sqlite" && engine !== "postgres") throw new Error("--engine is sqlite or postgres.");
  if (mutant !== null && !MUTANT_NAMES.includes(mutant)) throw new Error(`--mutant is ${MUTANT_NAMES.join(" or ")}.`);
  const replicas = count("replicas", values.replicas);
  if (replicas > 1 && engine === "sqlite") throw new Error("Several replicas need --engine postgres.");
  return {
    schedules: count("schedules", values.schedules ?? (values.seed === undefined ? "20" : "1")),
    seed: values.seed === undefined ? (Date.now() % 1_000_000) + 1 : count("seed", values.seed),
    engine,
    replicas,
    workers: count("workers", values.workers),
    mutant,
  };
}
