import { readFileSync } from "node:fs";
import { z } from "zod";
import { ACCOUNT } from "./identity/seeded-identities.ts";
import { validateContent } from "./ssm/create-document.ts";
import { resolveRunbook } from "./ssm/documents.ts";
import type { StandIn } from "./stand-in.ts";

const CI_RUN = `arn:aws:sts::${ACCOUNT}:assumed-role/GitHubActionsDeploy/run-4711`;

const locationSchema = { account: z.string().default(ACCOUNT), region: z.string().default("us-east-1") };

const documentSchema = z.strictObject({
  ...locationSchema,
  name: z.string(),
  /** The runbook as text or as a JSON object. */
  content: z.union([z.string(), z.record(z.string(), z.unknown())]),
  format: z.enum(["YAML", "JSON"]).optional(),
});

const executionSchema = z.strictObject({
  ...locationSchema,
  document: z.string(),
  parameters: z.record(z.string(), z.array(z.string())).default({}),
  executedBy: z.string().default(CI_RUN),
  mode: z.enum(["Auto", "Interactive"]).default("Auto"),
  /** Whether each execution is a change request that waits for its approval. */
  changeRequest: z.boolean().default(false),
  tags: z.record(z.string(), z.string()).default({}),
  /** The number of executions to start. */
  count: z.int().min(1).max(100_000).default(1),
});

/** The body of `/_control/seed`: documents and executions to create, or the word "demonstration". */
export const seedSchema = z.union([
  z.literal("demonstration"),
  z.strictObject({
    documents: z.array(documentSchema).default([]),
    executions: z.array(executionSchema).default([]),
  }),
]);

export type Seed = Exclude<z.infer<typeof seedSchema>, string>;

/**
 * Creates documents and starts executions without the API's limits: parameters of any length, started by any principal.
 * An existing document gets a new version, which becomes its default. Throws an AwsError for an invalid runbook.
 */
export function applySeed(standIn: StandIn, seed: Seed): { executionIds: string[] } {
  for (const document of seed.documents) {
    const { documents } = standIn.resources.at(document);
    const content = typeof document.content === "string" ? document.content : JSON.stringify(document.content);
    const format = document.format ?? (typeof document.content === "string" ? "YAML" : "JSON");
    const found = documents.get(document.name) ?? {
      name: document.name,
      owner: document.account,
      tags: [],
      versions: [],
      defaultVersion: "1",
      lastNumber: 0,
    };
    const runbook = validateContent(content, format);
    found.lastNumber += 1;
    const version = String(found.lastNumber);
    found.defaultVersion = version;
    found.versions.push({ version, content, format, runbook, createdAt: standIn.timers.now() });
    documents.set(document.name, found);
  }
  const executionIds = seed.executions.flatMap((execution) => {
    const { location } = standIn.resources.at(execution);
    const resolved = resolveRunbook(
      standIn.resources.at(location),
      execution.document,
      undefined,
      execution.parameters,
    );
    const tags = Object.entries(execution.tags).map(([Key, Value]) => ({ Key, Value }));
    const { executedBy, mode, changeRequest: isChangeRequest } = execution;
    return Array.from({ length: execution.count }, () => {
      return standIn.engine.start({ ...resolved, location, executedBy, mode, isChangeRequest, tags }).id;
    });
  });
  return { executionIds };
}

const DEMONSTRATION_RUNBOOKS = [
  "Prod-DB-Restart.yaml",
  "Web-Deploy-Two-Gates.yaml",
  "Web-Rollback.json",
  "Maintenance-Pause.yaml",
  "Batch-Approve-Loop.yaml",
  "Payout-Release.yaml",
  "Customer-Data-Delete.yaml",
];

const SSO_ROSA = `arn:aws:sts::${ACCOUNT}:assumed-role/AWSReservedSSO_Operator_0123456789abcdef/rosa@example.com`;

/** Seeds a new sandbox with seven runbooks and three executions that wait for an approval. */
export function seedDemonstration(standIn: StandIn): { executionIds: string[] } {
  return applySeed(
    standIn,
    seedSchema.parse({ documents: demonstrationDocuments(), executions: DEMONSTRATION_EXECUTIONS }) as Seed,
  );
}

function demonstrationDocuments(): object[] {
  return DEMONSTRATION_RUNBOOKS.map((file) => ({
    name: file.replace(/\.\w+$/, ""),
    content: readFileSync(new URL(`./runbooks/${file}`, import.meta.url), "utf8"),
    format: file.endsWith(".json") ? "JSON" : "YAML",
  }));
}

const DEMONSTRATION_EXECUTIONS = [
  {
    document: "Prod-DB-Restart",
    executedBy: SSO_ROSA,
    parameters: { DatabaseId: ["orders-primary"], Environment: ["prod"], Reason: ["Connections leak since 09:40"] },
    tags: { Team: "orders" },
  },
  {
    document: "Web-Deploy-Two-Gates",
    executedBy: CI_RUN,
    parameters: { Version: ["2026.11.3"], Commit: ["9f1c2ab"] },
    tags: { Team: "web", Pipeline: "4711" },
  },
  {
    document: "Web-Rollback",
    executedBy: `arn:aws:iam::${ACCOUNT}:user/jane`,
    parameters: { ToVersion: ["2026.11.1"] },
    tags: { Team: "web" },
  },
];
