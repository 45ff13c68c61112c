import type { TargetConfig } from "./config.ts";
import { parseEnvironment, secretsOf } from "./environment.ts";
import { DEFAULT_TARGET } from "./file-agreement.ts";
import type { ConfigFile } from "./file-schema.ts";
import { loadFile } from "./load.ts";
import { type Problem, withoutSecrets } from "./problem.ts";
import type { ReadFile } from "./read-file.ts";
import type { Variables } from "./variables.ts";

/** The configuration file alone, for what needs no Slack: tokens may be absent. */
export function loadPolicy(
  variables: Variables,
  readFile: ReadFile,
): { kind: "policy"; file: ConfigFile; targets: TargetConfig[] } | { kind: "problems"; problems: Problem[] } {
  const { environment } = parseEnvironment(variables);
  const read = loadFile(environment.configFile, readFile);
  if (read.kind === "problems")
    return { kind: "problems", problems: withoutSecrets(read.problems, secretsOf(variables)) };
  const { region } = environment;
  const targets = read.file.targets ?? [{ name: DEFAULT_TARGET, regions: region === null ? [] : [region] }];
  return { kind: "policy", file: read.file, targets };
}
