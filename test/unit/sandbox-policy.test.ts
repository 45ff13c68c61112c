import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { parseFile } from "../../src/config/file.ts";

const parsed = parseFile("sandbox/countersign.yml", readFileSync("sandbox/countersign.yml", "utf8"));
assert.equal(parsed.kind, "file");
const { routes } = parsed.kind === "file" ? parsed.file : assert.fail("the policy is not valid");

const RULES: [rule: string, applies: (route: (typeof routes)[number]) => boolean, runbook: string][] = [
  ["quorum: 2", ({ quorum }) => quorum === 2, "Payout-Release"],
  ["reason: always", ({ reason }) => reason === "always", "Payout-Release"],
  ["confirm: typed", ({ confirm }) => confirm === "typed", "Customer-Data-Delete"],
  ["dm: true", ({ dm }) => dm, "Customer-Data-Delete"],
];

for (const [rule, applies, runbook] of RULES)
  test(`the sandbox has a route with ${rule}, a runbook that reaches it, and a line in docs/policy.md`, () => {
    const [route] = routes.filter(applies);
    const glob = route?.match.document ?? "";
    assert.ok(runbook.startsWith(glob.slice(0, -1)) && glob.endsWith("-*"), glob);
    assert.equal(
      routes.find(({ match }) => runbook.startsWith((match.document ?? "*").slice(0, -1))),
      route,
      "it is the first match",
    );
    assert.ok(existsSync(`sandbox/aws/runbooks/${runbook}.yaml`));
    const row = readFileSync("docs/policy.md", "utf8")
      .split("\n")
      .find((line) => line.startsWith(`| ${runbook} |`));
    assert.ok(row?.includes(`\`${rule}\``), row);
  });

test("one route of the sandbox has all of these rules", () => {
  const route = routes.find((each) => RULES.every(([, applies]) => applies(each)));
  assert.equal(route?.match.document, "Customer-Data-*");
  const row = readFileSync("docs/policy.md", "utf8")
    .split("\n")
    .find((line) => line.startsWith("| Customer-Data-Delete |"));
  for (const [rule] of RULES) assert.ok(row?.includes(`\`${rule}\``), rule);
});
