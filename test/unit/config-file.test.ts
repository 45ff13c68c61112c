import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileJsonSchema } from "../../src/config/file-schema.ts";
import { DEFAULT_HIDDEN_NAMES } from "../../src/core/hidden-names.ts";
import { file, MINIMAL } from "./config-file-setup.ts";

test("one route is enough: every other key has a default", () => {
  assert.deepEqual(file(MINIMAL), {
    routes: [
      {
        name: "all",
        match: {},
        channels: ["C0AAA"],
        dm: false,
        approvers: { users: [], groups: ["S0AAA"] },
        notify: { users: [], groups: [] },
        quorum: 1,
        selfApproval: false,
        whenRequesterUnknown: "deny-people",
        reason: "reject",
        confirm: "dialog",
      },
    ],
    mask: [...DEFAULT_HIDDEN_NAMES],
    admins: { users: [], groups: [] },
    identities: {},
  });
});

test("a single text for a parameter is read as a list of one", () => {
  const { routes } = file(`${MINIMAL}    match: { parameters: { Env: prod, Zone: [a, b] } }\n`);
  assert.deepEqual(routes[0]?.match.parameters, { Env: ["prod"], Zone: ["a", "b"] });
});

test("an empty mask hides nothing", () => {
  assert.deepEqual(file(`${MINIMAL}mask: []\n`).mask, []);
});

test("quiet hours are accepted with an escalation alone, which mentions fewer people then", () => {
  const { routes } = file(`${MINIMAL}    escalate: { after: 2d, mention: [S0ONCALL] }
    quiet: { from: "22:30", to: "07:00", zone: Europe/Berlin }
`);
  assert.equal(routes[0]?.quiet?.from, 1350);
});

test("deadlines are read in milliseconds, and quiet hours in minutes", () => {
  const { remind, escalate, quiet } =
    file(`${MINIMAL}    remind: { after: 15m, every: 1h, lastCall: 30s }
    escalate: { after: 2d, mention: [S0ONCALL] }
    quiet: { from: "22:30", to: "07:00", zone: Europe/Berlin }
`).routes[0] ?? {};
  assert.deepEqual(remind, { after: 900_000, every: 3_600_000, lastCall: 30_000 });
  assert.deepEqual(escalate, { after: 172_800_000, channels: [], mention: ["S0ONCALL"] });
  assert.deepEqual(quiet, { from: 1350, to: 420, zone: "Europe/Berlin" });
});

test("countersign.example.yml is valid, and names its schema first", () => {
  const text = readFileSync("countersign.example.yml", "utf8");
  assert.equal(file(text).routes.length, 2);
  assert.match(text, /^# yaml-language-server: \$schema=\.\/countersign\.schema\.json\n/);
});

test("countersign.example.yml is valid with every commented example", () => {
  const text = readFileSync("countersign.example.yml", "utf8").replace(/^( +)# (\w+: .*)$/gm, "$1$2");
  assert.deepEqual(Object.keys(file(text).routes[0]?.match ?? {}).sort(), [
    "account",
    "action",
    "document",
    "parameters",
    "region",
    "startedBy",
    "step",
    "tags",
    "target",
  ]);
});

test("countersign.schema.json is up to date (npm run schema writes it)", () => {
  assert.deepEqual(JSON.parse(readFileSync("countersign.schema.json", "utf8")), fileJsonSchema());
});
