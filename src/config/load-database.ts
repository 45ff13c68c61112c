import type { DatabaseConfig } from "./config.ts";
import { checkVariables, findSecrets, parseEnvironment, type Variables } from "./environment.ts";
import { hideSecrets, type LoadResult, type Problem } from "./problem.ts";

/**
 * Loads DATABASE_URL alone, for commands that need neither Slack nor AWS, such as a migration before a deployment. It needs no
 * module of the configuration file, which takes longer to load than such a command runs.
 */
export function loadDatabase(
  variables: Variables,
): LoadResult<{ kind: "database"; database: DatabaseConfig; warnings: Problem[] }> {
  const { problems, warnings } = checkVariables(variables, ["DATABASE_URL"]);
  if (problems.length === 0)
    return { kind: "database", database: parseEnvironment(variables).environment.database, warnings };
  return { kind: "problems", problems: hideSecrets(problems, findSecrets(variables)) };
}
