import assert from "node:assert/strict";
import { test } from "node:test";
import { consoleUrl, executionPage, inConsole } from "../../src/core/console-url.ts";
import { EXECUTION_ID } from "../support/samples.ts";

const page = (region: string, executionId = EXECUTION_ID, template?: string) =>
  consoleUrl({ account: "111122223333", region, executionId }, template);

const CONSOLES: [domain: string | null, regions: string[]][] = [
  ["console.aws.amazon.com", ["eu-west-1", "ap-southeast-5", "us-east-12"]],
  ["console.amazonaws.cn", ["cn-north-1", "cn-northwest-12"]],
  ["console.amazonaws-us-gov.com", ["us-gov-west-1", "us-gov-east-12"]],
  [null, ["us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "eusc-de-east-1"]],
  [null, ["us-gov-west", "cn-", "eu-west-", "eu-west-1a", "cn-north-1a", "us-gov-west-1a", "eu-west-123"]],
  [null, ["xus-gov-west-1", "xcn-north-1", "xeu-west-1", "", "evil.example/"]],
];
for (const [domain, regions] of CONSOLES)
  for (const region of regions)
    test(`the Region "${region}" has ${domain === null ? "no public console" : `the console ${domain}`}`, () => {
      const path = `systems-manager/automation/execution/${EXECUTION_ID}?region=${region}`;
      assert.equal(page(region), domain === null ? null : `https://${region}.${domain}/${path}`);
    });

test("an ID or a Region of a form that AWS does not use gets no link, also with a template", () => {
  const template = "https://c.example.com/{region}/{execution}";
  for (const id of ["x|y>", "x|", "|x", "", "x y", "x".repeat(65)]) {
    assert.equal(page("eu-west-1", id), null, id);
    assert.equal(page("eu-west-1", id, template), null, id);
  }
  for (const region of ["EU-west-1", "eu-west-1/", "/eu-west-1", "", "x".repeat(41)])
    assert.equal(page(region, "e-1", template), null, region);
  assert.equal(page("eu-new-1", "x".repeat(64), template), `https://c.example.com/eu-new-1/${"x".repeat(64)}`);
  assert.equal(page("x".repeat(40), "E-1", template), `https://c.example.com/${"x".repeat(40)}/E-1`);
});

test("a template of the configuration replaces the console's address, which it encodes", () => {
  const own = page("eu-west-1") ?? "";
  assert.equal(
    page("eu-west-1", EXECUTION_ID, "https://sso.example.com/#/console?account_id={account}&destination={url}"),
    `https://sso.example.com/#/console?account_id=111122223333&destination=${encodeURIComponent(own)}`,
  );
  assert.equal(
    page("us-iso-east-1", "e-1", "https://c.example.com/{region}/{execution}/{execution}"),
    "https://c.example.com/us-iso-east-1/e-1/e-1",
  );
});

test("a template that needs the console's address gives no page where that address is not public", () => {
  assert.equal(page("us-iso-east-1", "e-1", "https://c.example.com/{url}"), null);
});

test("a request keeps the page that was stored with it, and one without it has the partition's console", () => {
  const execution = { account: "111122223333", region: "eu-west-1", executionId: EXECUTION_ID };
  const stored = (facts?: { consoleUrl?: string | null }) =>
    executionPage(facts === undefined ? execution : { ...execution, facts });
  assert.equal(stored({ consoleUrl: "https://c.example.com/e-1" }), "https://c.example.com/e-1");
  assert.equal(stored({ consoleUrl: null }), null);
  assert.equal(stored({}), page("eu-west-1"));
  assert.equal(stored(), page("eu-west-1"));
});

test("the way to the console is a link if there is a page, and plain words otherwise", () => {
  const show = { link: (url: string, label: string) => `[${label}](${url})` };
  assert.equal(inConsole("https://c.example.com/", show), "[in the AWS console](https://c.example.com/)");
  assert.equal(inConsole(null, show), "in the AWS console");
});
