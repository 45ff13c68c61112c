import assert from "node:assert/strict";
import { test } from "node:test";
import { WebAPIPlatformError, type WebClient } from "@slack/web-api";
import { type CheckResult, makePolicyCheck } from "../../src/app/admin/policy-check.ts";
import { findUnknownRegions } from "../../src/config/regions.ts";
import type { Workspace } from "../../src/slack/connection/workspace.ts";
import { makeDirectoryCheck } from "../../src/slack/people/directory-check.ts";
import { aRoute } from "../support/samples.ts";

const GROUPS: Record<string, CheckResult> = {
  S0TWO: { kind: "fine", members: ["U0JANE", "U0OMAR"] },
  S0ONE: { kind: "fine", members: ["U0ANNA"] },
  S0UNREAD: { kind: "unknown", error: "internal_error" },
  S0GONE: { kind: "wrong", text: "gone" },
  S0NOSCOPE: { kind: "unreadable" },
};
const DIRECTORY = {
  user: async (id: string): Promise<CheckResult> =>
    id === "U0WRONG" ? { kind: "wrong", text: "wrong" } : { kind: "fine" },
  group: async (id: string) => GROUPS[id] ?? ({ kind: "fine", members: [] } as const),
  channel: async () => ({ kind: "fine" as const }),
};

const check = (route: Parameters<typeof aRoute>[0]) =>
  makePolicyCheck(DIRECTORY)({
    routes: [aRoute(route)],
    admins: { users: [], groups: [] },
    identities: {},
    mask: ["*token*"],
  });

for (const [approvers, quorum, expected] of [
  [{ users: [], groups: ["S0TWO"] }, 2, null],
  [
    { users: [], groups: ["S0TWO"] },
    3,
    "The quorum is 3, but there are only 2 approvers: add approvers, or lower the quorum.",
  ],
  [
    { users: ["U0JANE"], groups: ["S0TWO"] },
    3,
    "The quorum is 3, but there are only 2 approvers: add approvers, or lower the quorum.",
  ],
  [{ users: ["U0ROSA"], groups: ["S0TWO"] }, 3, null],
  [
    { users: [], groups: ["S0ONE"] },
    2,
    "The quorum is 2, but there is only 1 approver: add approvers, or lower the quorum.",
  ],
  [{ users: [], groups: ["S0ONE", "S0TWO"] }, 3, null],
  [{ users: [], groups: ["S0ONE", "S0UNREAD"] }, 9, null],
  [{ users: [], groups: ["S0NOSCOPE"] }, 9, null],
  [{ users: ["U0WRONG", "U0JANE"], groups: [] }, 2, null],
  [{ users: [], groups: ["S0ONE", "S0GONE"] }, 2, null],
  [{ users: ["U0WRONG"], groups: ["S0UNREAD"] }, 1, null],
  [{ users: ["U0WRONG"], groups: [] }, 1, "This route has no valid approver: correct the IDs above."],
  [{ users: ["U0WRONG"], groups: ["S0GONE"] }, 1, "This route has no valid approver: correct the IDs above."],
  [{ users: [], groups: ["S0ONE"], channel: "members" }, 9, null],
] as const)
  test(`a quorum of ${quorum} with ${JSON.stringify(approvers)} is ${expected === null ? "possible" : "a finding"}`, async () => {
    const people = { ...approvers, users: [...approvers.users], groups: [...approvers.groups] };
    const found = (await check({ approvers: people, quorum })).filter(({ path }) => path.at(-1) === "quorum");
    assert.deepEqual(
      found.map(({ text }) => text),
      expected === null ? [] : [expected],
    );
  });

test("a finding has the path of its item, the ID and the name of the route", async () => {
  const [finding] = await check({ approvers: { users: ["U0JANE"], groups: ["S0TWO", "S0GONE"] } });
  assert.deepEqual(finding, {
    path: ["routes", 0, "approvers", "groups", 1],
    id: "S0GONE",
    route: "databases",
    text: "gone",
    level: "problem",
  });
});

test("a channel that is shared with another organization is a note, not an error", async () => {
  const info = async () => ({ ok: true, channel: { name: "partners", is_member: true, is_ext_shared: true } });
  const web = { conversations: { info } } as unknown as WebClient;
  const result = await makeDirectoryCheck(web, {} as Workspace).channel("C0SHARED");
  assert.equal(result.kind, "notable");
  assert.match(JSON.stringify(result), /The channel #partners is shared with another organization/);
});

const refusing = (code: string) => {
  const refuse = async () => {
    throw new WebAPIPlatformError({ ok: false, error: code } as never);
  };
  return { users: { info: refuse }, auth: { test: refuse }, conversations: { info: refuse } } as unknown as WebClient;
};

for (const [kind, code, expected] of [
  ["user", "missing_scope", /^Slack refused the lookup \(missing_scope\)\. Add the scope to the app/],
  ["group", "plan_upgrade_required", /^Slack refused the lookup \(plan_upgrade_required\)\. .*name people under users/],
  [
    "user",
    "user_not_visible",
    /^The app cannot see this person\. In countersign\.yml, name someone who is a full member/,
  ],
  ["user", "user_not_found", /^There is no such person: copy/],
  ["channel", "internal_error", /^Slack did not answer the lookup \(internal_error\)\. Run the check again/],
] as const)
  test(`the check of a ${kind} that fails with ${code} ends with the fix`, async () => {
    const directory = { ...DIRECTORY, [kind]: makeDirectoryCheck(refusing(code), {} as Workspace)[kind] };
    const route = aRoute({ approvers: { users: ["U0JANE"], groups: ["S0TWO"] } });
    const policy = { routes: [route], admins: { users: [], groups: [] }, identities: {}, mask: ["*token*"] };
    const texts = (await makePolicyCheck(directory)(policy)).map(({ text }) => text);
    assert.ok(
      texts.some((text) => expected.test(text)),
      texts.join("\n"),
    );
  });

test("without the scope for user groups, no group has a finding of its own", async () => {
  const directory = {
    ...DIRECTORY,
    ...makeDirectoryCheck(refusing("missing_scope"), { scopes: ["commands"] } as unknown as Workspace),
  };
  const policy = { admins: { users: [], groups: ["S0ONE"] }, identities: {}, mask: ["*token*"] };
  const route = aRoute({ channels: [], approvers: { users: [], groups: ["S0ONE"] } });
  const findings = await makePolicyCheck(directory)({ ...policy, routes: [route] });
  assert.deepEqual(
    findings.filter(({ level }) => level === "problem"),
    [],
  );
});

test("a channel without the bot says what to type, and where", async () => {
  const info = async () => ({ ok: true, channel: { name: "prod-dba", is_member: false } });
  const web = { conversations: { info } } as unknown as WebClient;
  assert.deepEqual(await makeDirectoryCheck(web, {} as Workspace).channel("C0PRODDBA"), {
    kind: "wrong",
    text: "The bot is not in #prod-dba. In that channel, type /invite @Countersign.",
  });
});

test("an unknown Region is a problem if it is misspelled, and a warning if it may be new; every known partition passes", () => {
  const regions = [
    "us-east-1",
    "us-esat-1",
    "cn-north-1",
    "us-gov-west-1",
    "ap-southeast-8",
    "xx-central-1",
    "xx-yy-zz-1",
  ];
  const found = findUnknownRegions({ namedRegions: regions.map((region, index) => ({ path: [index], region })) });
  const unknown = (region: string) => `Countersign does not know the Region ${region}.`;
  const ignore = "If AWS added it recently, ignore this line.";
  assert.deepEqual(
    found.map(({ path, level, text }) => [path.at(-1), level, text]),
    [
      [1, "problem", `${unknown("us-esat-1")} Did you mean us-east-1?`],
      [4, "warning", `${unknown("ap-southeast-8")} Did you mean ap-southeast-1? ${ignore}`],
      [5, "warning", `${unknown("xx-central-1")} Did you mean mx-central-1? ${ignore}`],
      [6, "warning", `${unknown("xx-yy-zz-1")} Correct it. ${ignore}`],
    ],
  );
});
