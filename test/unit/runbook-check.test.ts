import assert from "node:assert/strict";
import { test } from "node:test";
import { checkRunbooks, findUncheckedParameters, type RunbookSource } from "../../src/app/admin/runbook-check.ts";
import { aRoute } from "../support/samples.ts";

type Result = Awaited<ReturnType<RunbookSource["read"]>>;

const declared = (allowedValues: Record<string, string[]>): Result => ({ kind: "read", defaults: {}, allowedValues });
const failed = (code: string): Result => ({ kind: "failed", code, message: "no", retry: false });
const MISSING = failed("InvalidDocument");

/** Checks one route against runbooks in two Regions of one target and in one of another; returns texts and paths. */
async function check(match: Parameters<typeof aRoute>[0], results: Partial<Record<string, Result>>) {
  const reads: string[] = [];
  const sources = ["test/us-east-1", "production/us-east-1", "production/eu-west-1"].map((key) => {
    const [target = "", region = ""] = key.split("/");
    const read = async (name: string) => {
      reads.push(`${key} ${name}`);
      return results[key] ?? MISSING;
    };
    return { target, account: null, region, read };
  });
  const findings = await checkRunbooks([aRoute({ name: "first" }), aRoute(match)], sources);
  assert.ok(findings.every(({ level }) => level === "warning"));
  return { reads, found: findings.map(({ path, id, text }) => ({ at: path.slice(2).join("."), id, text })) };
}

const MATCH = { match: { document: "Prod-DB", target: "prod*", parameters: { Environment: ["prod", "stag*"] } } };

test("conditions that the allowedValues of the runbook can meet are fine; the first Region that has it is read", async () => {
  const { reads, found } = await check(MATCH, {
    "production/eu-west-1": declared({ Environment: ["prod", "staging", "test"] }),
  });
  assert.deepEqual(found, []);
  assert.deepEqual(reads, ["production/us-east-1 Prod-DB", "production/eu-west-1 Prod-DB"]);
});

test("routes that name one runbook share its reads, also those that fail", async () => {
  const reads: string[] = [];
  const sources = ["us-east-1", "eu-west-1"].map((region) => ({
    ...{ target: "production", account: null, region },
    async read(name: string) {
      reads.push(`${region} ${name}`);
      return region === "us-east-1" ? failed("AccessDeniedException") : declared({ Environment: ["prod", "staging"] });
    },
  }));
  const routes = ["one", "two", "three"].map((name) => aRoute({ ...MATCH, name }));
  assert.deepEqual(await checkRunbooks(routes, sources), []);
  assert.deepEqual(reads, ["us-east-1 Prod-DB", "eu-west-1 Prod-DB"]);
});

test("a parameter without allowedValues is a warning, and so is a condition that matches none of them", async () => {
  const without = await check(MATCH, { "production/us-east-1": declared({ constructor: ["x"] }) });
  assert.deepEqual(
    without.found.map(({ at, id }) => [at, id]),
    [["match.parameters.Environment", null]],
  );
  assert.match(
    without.found[0]?.text ?? "",
    /"Prod-DB" \(production, us-east-1\) declares no allowedValues for Environment/,
  );
  const { found } = await check(MATCH, {
    "production/us-east-1": declared({ Environment: ["production", "staging"] }),
  });
  assert.deepEqual(
    found.map(({ at, id }) => [at, id]),
    [["match.parameters.Environment", "prod"]],
  );
  assert.match(
    found[0]?.text ?? "",
    /matches none of the allowedValues of Environment .*: "production", "staging"\. The condition never holds\./,
  );
});

test("a runbook that cannot be read is a warning with the permission and the resource", async () => {
  const { found } = await check(MATCH, { "production/us-east-1": failed("AccessDeniedException") });
  assert.match(
    found[0]?.text ?? "",
    /AccessDeniedException.* needs ssm:GetDocument on arn:aws:ssm:us-east-1:\*:document\/Prod-DB: without it, no route applies/,
  );
  const read = async () => failed("AccessDeniedException");
  const [finding] = await checkRunbooks(
    [aRoute(MATCH)],
    [{ target: "production", account: null, region: "us-gov-west-1", read }],
  );
  assert.match(finding?.text ?? "", /on arn:aws-us-gov:ssm:us-gov-west-1:/);
  const missing = await check(MATCH, {});
  assert.match(missing.found[0]?.text ?? "", /^AWS does not find runbook "Prod-DB" \(production, us-east-1\)\./);
});

test("nothing is read for a glob, a route without conditions on parameters, or a target that the route excludes", async () => {
  for (const match of [
    { document: "Prod-*", parameters: { Environment: ["prod"] } },
    { parameters: { Environment: ["prod"] } },
    { document: "Prod-DB" },
    { ...MATCH.match, target: "elsewhere" },
  ])
    assert.deepEqual(await check({ match }, {}), { reads: [], found: [] });
  const routes = [aRoute(MATCH), aRoute({ match: { document: "Prod-*", parameters: { Size: ["s"] } } })];
  assert.deepEqual(findUncheckedParameters(routes), ["Size"]);
});

test("a route for one account of a target is compared with the runbook of that account, not with that of another one", async () => {
  const reads: string[] = [];
  const allowed: Record<string, string[]> = { "111122223333": ["test"], "444455556666": ["prod", "staging"] };
  const sources = Object.entries(allowed).map(([account, Environment]) => ({
    ...{ target: "production", account, region: "us-east-1" },
    async read() {
      reads.push(account);
      return declared({ Environment });
    },
  }));
  const find = (account: string) => checkRunbooks([aRoute({ match: { ...MATCH.match, account } })], sources);
  assert.deepEqual(await find("4444*"), []);
  assert.deepEqual(reads, ["444455556666"]);
  const [finding] = await find("111122223333");
  assert.match(finding?.text ?? "", /in the runbook "Prod-DB" \(production, 111122223333, us-east-1\): "test"/);
});
