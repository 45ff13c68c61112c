import type { Config, TargetConfig } from "./config.ts";
import {
  checkVariables,
  findSecrets,
  parseEnvironment,
  VARIABLES,
  type Variable,
  type Variables,
} from "./environment.ts";
import { type FileOutcome, loadFile, type ReadFile } from "./file.ts";
import { type ConfigFile, DEFAULT_TARGET } from "./file-schema.ts";
import { hideSecrets, type LoadResult, type Problem } from "./problem.ts";
import { listNamedRegions } from "./regions.ts";
import { findPlaceFaults } from "./route-places.ts";
import { expandTargets } from "./targets.ts";
import { formatPath } from "./yaml-text.ts";

/** Loads environment and configuration file: one frozen Config, or every problem of both. */
export function loadConfig(
  variables: Variables,
  readFile: ReadFile,
): LoadResult<{
  kind: "config";
  config: Config;
  locate: (path: readonly PropertyKey[]) => string;
  /** About variables that the bot ignores. */
  warnings: Problem[];
}> {
  const { environment, problems, warnings } = parseEnvironment(variables);
  const { configFile, region, regionVariable, ...settings } = environment;
  const read = loadFile(configFile, readFile);
  if (read.kind === "problems") problems.push(...read.problems);
  else {
    const { targets = defaultTargets(region), ...policy } = read.file;
    if (targets.length === 0 && !problems.some(({ where }) => REGION_VARIABLES.some((name) => name === where)))
      problems.push(NO_REGION);
    problems.push(...findRouteProblems(read, targets));
    const namedRegions = listNamedRegions(read.file.targets ?? [], environment);
    const config = { ...settings, ...policy, targets, namedRegions, policyHash: read.hash };
    const locate = (path: readonly PropertyKey[]) => {
      // Without targets in the file, their only Region is that of the environment.
      if (path[0] === "targets" && read.file.targets === undefined) return regionVariable;
      return isVariable(path[0]) ? path[0] : read.locate(path);
    };
    if (problems.length === 0) return { kind: "config", config: deepFreeze(config), locate, warnings };
  }
  return { kind: "problems", problems: hideSecrets(problems, findSecrets(variables)) };
}

/** Loads the configuration file alone, for commands that need no Slack: tokens may be absent. */
export function loadPolicy(
  variables: Variables,
  readFile: ReadFile,
): LoadResult<{ kind: "policy"; file: ConfigFile; targets: TargetConfig[]; warnings: Problem[] }> {
  const { configFile, region } = parseEnvironment(variables).environment;
  const { problems, warnings } = checkVariables(variables, ["COUNTERSIGN_CONFIG", ...REGION_VARIABLES]);
  const read = loadFile(configFile, readFile);
  if (read.kind === "problems") problems.push(...read.problems);
  else {
    const targets = read.file.targets ?? defaultTargets(region);
    problems.push(...findRouteProblems(read, targets));
    if (problems.length === 0) return { kind: "policy", file: read.file, targets, warnings };
  }
  return { kind: "problems", problems: hideSecrets(problems, findSecrets(variables)) };
}

/** Finds routes that no place of the targets matches. The variables may name the only Region, so the file alone does not suffice. */
function findRouteProblems(
  { file, locate }: Extract<FileOutcome, { kind: "file" }>,
  targets: readonly TargetConfig[],
): Problem[] {
  return findPlaceFaults(file.routes, expandTargets(targets)).map(({ path, ...fault }) => {
    return { where: `${locate(path)} ${formatPath(path)}`, ...fault };
  });
}

const isVariable = (key: PropertyKey | undefined): key is Variable => (VARIABLES as readonly unknown[]).includes(key);

const REGION_VARIABLES: readonly Variable[] = ["AWS_REGION", "AWS_DEFAULT_REGION"];

const NO_REGION: Problem = {
  where: "AWS_REGION",
  what: "It is not set, and the configuration file names no targets, so there is no Region to watch.",
  fix: "Set AWS_REGION, or name targets with their regions in the configuration file.",
};

/** Returns the targets of a file that names none; without a Region there is no target. */
const defaultTargets = (region: string | null): TargetConfig[] =>
  region === null ? [] : [{ name: DEFAULT_TARGET, regions: [region] }];

/** Freezes a value and everything in it, so that no part of the program can change the configuration of another. */
function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const each of Object.values(value)) deepFreeze(each);
  return Object.freeze(value);
}
