import assert from "node:assert/strict";
import { test } from "node:test";
import { describeProbe } from "../../src/app/admin/doctor-aws.ts";
import { type DoctorDeps, runDoctor } from "../../src/app/admin/run-doctor.ts";
import type { DatabaseState } from "../../src/app/ports/database.ts";

const slack: DoctorDeps["slack"] = {
  botToken: async () => ({ kind: "token", workspace: "Home", appId: null, scopes: null, missingScopes: null }),
  socket: null,
  findings: async () => [],
};
const DEPS: DoctorDeps = {
  ...{ version: "0.1.0", nodeVersion: "24.14.0", routes: [], warnings: [], proxy: null, targets: [] },
  ...{ slack, eventBus: null, queue: null, serverTimes: () => [] },
  database: async () => ({ kind: "absent" }),
};

const linesOf = async (deps: Partial<DoctorDeps>, place: RegExp) =>
  (await runDoctor({ ...DEPS, ...deps }))
    .map(({ status, subject, text }) => `${status} ${subject}: ${text}`)
    .filter((line) => place.test(line));

const ready = (version: string, risk: string | null = null): DatabaseState => ({
  ...{ kind: "ready", version, risk, isExposed: false },
});

for (const [state, expected] of [
  [ready("PostgreSQL 15.0"), ["ok DATABASE_URL: PostgreSQL 15.0: reachable, migrated and writable."]],
  [
    ready("PostgreSQL 14.20"),
    [
      "ok DATABASE_URL: PostgreSQL 14.20: reachable, migrated and writable.",
      "warning versions: PostgreSQL 14.20 is no longer maintained. Upgrade to 15 or newer.",
    ],
  ],
  [
    ready("PostgreSQL 18.0", "fsync is off"),
    [
      "ok DATABASE_URL: PostgreSQL 18.0: reachable, migrated and writable.",
      "warning DATABASE_URL: fsync is off: a committed vote may be lost. Set synchronous_commit and fsync to on.",
    ],
  ],
  [
    { kind: "not-migrated", version: "PostgreSQL 18.0", isExposed: true },
    [
      "warning DATABASE_URL: PostgreSQL 18.0 does not have the schema of this version. Run countersign migrate; serve does it too when it starts.",
      "warning DATABASE_URL: without TLS and a verified certificate, the network can read and change the data. Add ?sslmode=verify-full&sslrootcert=PATH to DATABASE_URL, with the server's CA.",
    ],
  ],
  [
    { kind: "unreachable", message: "The database h/d cannot be used (because). Fix it." },
    ["failed DATABASE_URL: The database h/d cannot be used (because). Fix it."],
  ],
  [
    { kind: "not-writable", reason: "/data/countersign.db: EACCES" },
    ["failed DATABASE_URL: not writable (/data/countersign.db: EACCES). Allow the user of the bot to write it."],
  ],
] as const)
  test(`doctor reports the database ${JSON.stringify(state)}`, async () => {
    assert.deepEqual(await linesOf({ database: async () => state }, /DATABASE_URL|PostgreSQL/), expected);
  });

const failure = (code: string, retry: boolean) => ({ kind: "failed", code, message: "because", retry }) as const;

for (const [given, expected] of [
  [failure("AccessDeniedException", false), "AWS denies it (AccessDeniedException: because). Allow it."],
  [failure("ThrottlingException", true), "AWS gave no answer (ThrottlingException: because). Run doctor again."],
  [
    failure("ExpiredTokenException", false),
    "AWS did not check it (ExpiredTokenException: because). Replace the credentials of the bot.",
  ],
  [
    failure("InvalidClientTokenId", false),
    "AWS did not check it (InvalidClientTokenId: because). Replace the credentials of the bot, or enable the Region in the account.",
  ],
  [
    failure("UnrecognizedClientException", false),
    "AWS did not check it (UnrecognizedClientException: because). Replace the credentials of the bot, or enable the Region in the account.",
  ],
  [
    failure("TargetTwice", false),
    "AWS did not check it (TargetTwice: because). Correct targets in the configuration file.",
  ],
  [
    failure("CredentialsProviderError", false),
    "AWS did not check it (CredentialsProviderError: because). Give the bot credentials: an instance, task or pod role, a profile, or AWS_ACCESS_KEY_ID.",
  ],
  [
    failure("ENOTFOUND", true),
    "AWS did not check it (ENOTFOUND: because). Check the network, HTTPS_PROXY and the Region. Then run doctor again.",
  ],
  [
    failure("ValidationException", false),
    "AWS did not check it (ValidationException: because). Correct the value that AWS names.",
  ],
] as const)
  test(`a probe that failed with ${given.code} names its fix`, () => {
    assert.equal(describeProbe(given, "Allow it."), expected);
  });
