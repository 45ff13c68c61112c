import type { DatabaseConfig } from "./config.ts";
import { readDatabase } from "./database-variable.ts";
import { secretsOf } from "./environment.ts";
import { type Problem, withoutSecrets } from "./problem.ts";
import { reportInto } from "./variable.ts";
import type { Variables } from "./variables.ts";

/** Reads DATABASE_URL alone, for what needs neither Slack nor AWS, such as a migration before a deployment. */
export function loadDatabase(
  variables: Variables,
): { kind: "database"; database: DatabaseConfig } | { kind: "problems"; problems: Problem[] } {
  const problems: Problem[] = [];
  const database = readDatabase(variables, reportInto(problems));
  if (problems.length === 0) return { kind: "database", database };
  return { kind: "problems", problems: withoutSecrets(problems, secretsOf(variables)) };
}
