import type { Config, TargetConfig } from "./config.ts";
import { type Environment, parseEnvironment, secretsOf } from "./environment.ts";
import { parseFile } from "./file.ts";
import { DEFAULT_TARGET } from "./file-agreement.ts";
import type { ConfigFile } from "./file-schema.ts";
import { deepFreeze } from "./freeze.ts";
import { type Problem, withoutSecrets } from "./problem.ts";
import type { ReadFile } from "./read-file.ts";
import type { Variables } from "./variables.ts";

export type ConfigOutcome = { kind: "config"; config: Config } | { kind: "problems"; problems: Problem[] };

/** Reads environment and configuration file: one frozen Config, or every problem of both. No problem shows a secret. */
export function loadConfig(variables: Variables, readFile: ReadFile): ConfigOutcome {
  const { environment, problems } = parseEnvironment(variables);
  const read = loadFile(environment.configFile, readFile);
  if (read.kind === "problems") problems.push(...read.problems);
  else {
    const targets = targetsOf(read.file, environment);
    if (targets !== null && problems.length === 0)
      return { kind: "config", config: deepFreeze(assemble(environment, read.file, targets)) };
    if (targets === null && !problems.some(({ where }) => REGION_VARIABLES.includes(where))) problems.push(NO_REGION);
  }
  return { kind: "problems", problems: withoutSecrets(problems, secretsOf(variables)) };
}

const REGION_VARIABLES = ["AWS_REGION", "AWS_DEFAULT_REGION"];

const NO_REGION: Problem = {
  where: "AWS_REGION",
  what: "It is not set, and the configuration file names no targets, so there is no Region to watch.",
  fix: "Set AWS_REGION, or name targets with their regions in the configuration file.",
};

export function loadFile(configFile: string, readFile: ReadFile): ReturnType<typeof parseFile> {
  const reading = readFile(configFile);
  switch (reading.kind) {
    case "text":
      return parseFile(configFile, reading.text);
    case "absent":
      return problem(
        configFile,
        `There is no such file: it was looked for at ${reading.path}.`,
        "cp countersign.example.yml countersign.yml and edit it, or set COUNTERSIGN_CONFIG to where it is.",
      );
    case "unreadable":
      return problem(
        configFile,
        `It cannot be read (${reading.reason}): ${reading.path}.`,
        "Make it a text file that this process may read, or set COUNTERSIGN_CONFIG to another.",
      );
    default:
      throw new Error(`no such reading: ${reading satisfies never}`);
  }
}

const problem = (where: string, what: string, fix: string) =>
  ({ kind: "problems", problems: [{ where, what, fix }] }) as const satisfies { kind: "problems"; problems: Problem[] };

function targetsOf(file: ConfigFile, environment: Environment): TargetConfig[] | null {
  if (file.targets !== undefined) return file.targets;
  return environment.region === null ? null : [{ name: DEFAULT_TARGET, regions: [environment.region] }];
}

function assemble(environment: Environment, file: ConfigFile, targets: TargetConfig[]): Config {
  const { slack, database, pollIntervalMs, eventBus, port, logLevel } = environment;
  const { routes, mask, admins, identities } = file;
  return { slack, database, pollIntervalMs, eventBus, port, logLevel, targets, routes, mask, admins, identities };
}
