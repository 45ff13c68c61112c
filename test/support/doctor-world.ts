import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { startAwsSandbox } from "../../sandbox/aws/start-aws-sandbox.ts";
import { botEnvironment } from "../../sandbox/bot-environment.ts";
import { startSlackSandbox } from "../../sandbox/slack/server.ts";
import { makeSandboxClock } from "../../sandbox/wire/clock.ts";
import type { Check } from "../../src/app/admin/doctor-check.ts";
import { diagnose, LIMIT_MS } from "../../src/bot/diagnose.ts";
import { parseProxy } from "../../src/config/environment.ts";
import { loadConfig } from "../../src/config/load.ts";
import { systemClock } from "../../src/ops/clock.ts";
import { sqliteDialect } from "../../src/store/sqlite.ts";
import { openStore } from "../../src/store/store.ts";
import { testLog } from "./fakes.ts";
import { getJson, type Json, postJson } from "./http-json.ts";

export const POLICY = `
routes:
  - name: databases
    match: { document: "Prod-DB-*", tags: { Team: [dba] } }
    channels: [C0PRODDBA]
    approvers: { users: [U0JANE], groups: [S0DBA] }
    quorum: 2
    whenRequesterUnknown: deny
  - name: the rest
    match: { document: "Web-*" }
    channels: [C0APPROVALS]
    approvers: { users: [U0JANE, U0DAN], groups: [S0DBA] }
    quorum: 2
    whenRequesterUnknown: deny
admins: { users: [U0ADMIN] }
identities: { U0JANE: ["arn:aws:iam::111122223333:user/jane"] }
`;

/** What a run of doctor differs in. */
export interface Differences {
  env?: Record<string, string | undefined>;
  policy?: string;
  nodeVersion?: string;
  /** How far the clock of this machine is ahead, in milliseconds. */
  ahead?: number;
  /** How long the run may take, in milliseconds. */
  limitMs?: number;
}

/**
 * Starts both stand-ins, and runs doctor's checks in this process. Changes the variables of the process, in which the AWS SDK
 * finds its endpoint and credentials.
 */
export async function doctorWorld(t: TestContext) {
  const clock = makeSandboxClock();
  const slack = await startSlackSandbox({ port: 0, clock, rateLimits: false });
  const aws = await startAwsSandbox({ port: 0, clock });
  const folder = mkdtempSync(join(tmpdir(), "countersign-doctor-"));
  const environment = {
    ...botEnvironment({ slackUrl: slack.url, awsUrl: aws.url, folder, configPath: "countersign.yml", port: 0 }),
  } as Record<string, string>;
  // Doctor runs next to a bot that has the file open.
  const dialect = sqliteDialect(join(folder, "countersign.db"));
  const store = await openStore({ dialect, publishes: false, now: clock.now });
  t.after(async () => {
    await Promise.all([slack.close(), aws.close()]);
    clock.close();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const self = {
    environment,
    folder,
    identities: aws.standIn.identities,
    queues: aws.standIn.queues,
    rules: aws.standIn.rules,
    slack: (path: string, body: unknown): Promise<Json> => postJson(`${slack.url}/_control/${path}`, body),
    aws: (path: string, body: unknown): Promise<Json> => postJson(`${aws.url}/_control/${path}`, body),
    calls: async (operation: string): Promise<Json[]> =>
      (await getJson(`${aws.url}/_control/requests?operation=${operation}`)).requests,
    async reset() {
      await self.slack("reset", {});
      await self.aws("reset", {});
    },
    /** Takes actions away from the bot's own credentials. */
    deny(...actions: string[]) {
      const key = aws.standIn.identities.findKey(environment.AWS_ACCESS_KEY_ID ?? "");
      if (key === undefined) throw new Error("the bot has no key");
      aws.standIn.identities.addKey({ ...key, allows: key.allows.filter((each) => !actions.includes(each)) });
    },
    async run({
      env = {},
      policy = POLICY,
      nodeVersion = "24.21.0",
      ahead = 0,
      limitMs = LIMIT_MS,
    }: Differences = {}): Promise<Check[]> {
      const variables = { ...environment, ...env };
      for (const [name, value] of Object.entries(variables))
        if (name.startsWith("AWS_") && value !== undefined) process.env[name] = value;
      const loaded = loadConfig(variables, () => ({ kind: "text", path: "countersign.yml", text: policy }));
      if (loaded.kind === "problems") throw new Error(JSON.stringify(loaded.problems));
      const machine = { ...systemClock, now: () => Date.now() + ahead };
      return diagnose({
        ...loaded,
        clock: machine,
        nodeVersion,
        proxy: parseProxy(variables),
        log: testLog(),
        limitMs,
      });
    },
  };
  return self;
}

export type DoctorWorld = Awaited<ReturnType<typeof doctorWorld>>;

/** Returns the checks as lines. */
export const toLines = (checks: readonly Check[]): string =>
  checks.map(({ status, subject, text }) => `${status} ${subject}: ${text}`).join("\n");
