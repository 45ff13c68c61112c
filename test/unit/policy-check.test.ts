import assert from "node:assert/strict";
import { test } from "node:test";
import { WebAPIPlatformError, WebAPIRateLimitedError, type WebClient } from "@slack/web-api";
import { type CheckResult, makePolicyCheck } from "../../src/app/admin/policy-check.ts";
import { findUnknownRegions } from "../../src/config/regions.ts";
import type { Workspace } from "../../src/slack/connection/workspace.ts";
import { makeDirectoryCheck } from "../../src/slack/people/directory-check.ts";
import { makeGroups } from "../../src/slack/people/groups.ts";
import { testClock } from "../support/fakes.ts";
import { aRoute } from "../support/samples.ts";

const GROUPS: Record<string, CheckResult> = {
  S0TWO: { kind: "fine", members: ["U0JANE", "U0OMAR"] },
  S0ONE: { kind: "fine", members: ["U0ANNA"] },
  S0UNREAD: { kind: "unknown", error: "internal_error" },
  S0GONE: { kind: "wrong", text: "gone" },
  S0NOSCOPE: { kind: "unreadable" },
  S0GUEST: { kind: "fine", members: ["U0JANE", "U0WRONG"] },
  S0LARGE: { kind: "fine", members: ["U0WRONG", "U0JANE", "U0OMAR", "U0ANNA"] },
  S0GUESTS: { kind: "fine", members: ["U0WRONG"] },
};
const CHANNELS: Record<string, CheckResult> = {
  C0ONE: { kind: "fine", maxApprovers: 1 },
  C0TWO: { kind: "fine", maxApprovers: 2 },
  C0EMPTY: { kind: "fine", maxApprovers: 0 },
  C0SHARED: { kind: "notable", text: "shared" },
};
const DECIDES = "can decide; guests, deactivated accounts, bots and people of other workspaces cannot.";
const WAIT = () => assert.fail("nothing limits the rate");
const DIRECTORY = {
  user: async (id: string): Promise<CheckResult> =>
    id === "U0WRONG" ? { kind: "wrong", text: "wrong" } : { kind: "fine" },
  group: async (id: string) => GROUPS[id] ?? ({ kind: "fine", members: [] } as const),
  channel: async (id: string) => CHANNELS[id] ?? { kind: "fine" as const },
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
  [{ users: ["U0WRONG"], groups: [] }, 1, "No ID under approvers is valid: correct the IDs that this check names."],
  [
    { users: ["U0WRONG"], groups: ["S0GONE"] },
    1,
    "No ID under approvers is valid: correct the IDs that this check names.",
  ],
  [{ users: [], groups: ["S0ONE"], channel: "members" }, 9, null],
  [
    { users: [], groups: ["S0GUEST"] },
    2,
    `The quorum is 2, but only 1 of 2 approvers ${DECIDES} Add approvers, or lower the quorum.`,
  ],
  [
    { users: [], groups: ["S0GUESTS"] },
    1,
    `The quorum is 1, but only 0 of 1 approver ${DECIDES} Add approvers, or lower the quorum.`,
  ],
  [{ users: [], groups: ["S0LARGE"] }, 3, null],
] as const)
  test(`a quorum of ${quorum} with ${JSON.stringify(approvers)} is ${expected === null ? "possible" : "a finding"}`, async () => {
    const people = { ...approvers, users: [...approvers.users], groups: [...approvers.groups] };
    const found = (await check({ approvers: people, quorum })).filter(({ path }) => path.at(-1) === "quorum");
    assert.deepEqual(
      found.map(({ text }) => text),
      expected === null ? [] : [expected],
    );
  });

for (const [channels, people, quorum, expected] of [
  [["C0ONE"], { users: [], groups: [] }, 2, "there is only 1 approver"],
  [["C0EMPTY"], { users: [], groups: [] }, 1, "there are only 0 approvers"],
  [["C0ONE", "C0TWO"], { users: [], groups: [] }, 4, "there are only 3 approvers"],
  [["C0ONE", "C0TWO"], { users: [], groups: [] }, 3, null],
  [["C0ONE"], { users: ["U0ROSA"], groups: ["S0ONE"] }, 4, "there are only 3 approvers"],
  [["C0ONE"], { users: ["U0ROSA"], groups: ["S0ONE"] }, 3, null],
  [["C0ONE", "C0UNCOUNTED"], { users: [], groups: [] }, 9, null],
  [["C0ONE", "C0SHARED"], { users: [], groups: [] }, 9, null],
] as const)
  test(`a quorum of ${quorum} with the members of ${channels.join(" and ")} is ${expected ?? "possible"}`, async () => {
    const approvers = { users: [...people.users], groups: [...people.groups], channel: "members" as const };
    const found = await check({ channels: [...channels], approvers, quorum });
    const texts = found.filter(({ path }) => path.at(-1) === "quorum").map(({ text }) => text);
    const text = `The quorum is ${quorum}, but ${expected}: add approvers, or lower the quorum.`;
    assert.deepEqual(texts, expected === null ? [] : [text]);
  });

test("the number of people in a channel is Slack's, without the bot", async () => {
  const asked: object[] = [];
  const info = async (args: object) => {
    asked.push(args);
    return { ok: true, channel: { name: "dba", is_member: true, num_members: 3 } };
  };
  const web = { conversations: { info } } as unknown as WebClient;
  const result = await makeDirectoryCheck(web, {} as Workspace, WAIT).channel("C0DBA");
  assert.deepEqual(result, { kind: "fine", maxApprovers: 2 });
  assert.deepEqual(asked, [{ channel: "C0DBA", include_num_members: true }]);
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
  const result = await makeDirectoryCheck(web, {} as Workspace, WAIT).channel("C0SHARED");
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
  ["user", "missing_scope", /^Slack refused the lookup \(missing_scope\)\. On the app's page, add the scope/],
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
    const directory = { ...DIRECTORY, [kind]: makeDirectoryCheck(refusing(code), {} as Workspace, WAIT)[kind] };
    const route = aRoute({ approvers: { users: ["U0JANE"], groups: ["S0TWO"] } });
    const policy = { routes: [route], admins: { users: [], groups: [] }, identities: {}, mask: ["*token*"] };
    const texts = (await makePolicyCheck(directory)(policy)).map(({ text }) => text);
    assert.ok(
      texts.some((text) => expected.test(text)),
      texts.join("\n"),
    );
  });

/** Refuses `times` calls with a 429 before it answers. */
function limiting(times: number, retryAfter: number) {
  const answer = async (value: object) => {
    if (times-- > 0) throw new WebAPIRateLimitedError(retryAfter);
    return { ok: true, ...value };
  };
  return {
    auth: { test: () => answer({}) },
    usergroups: { list: () => answer({ usergroups: [{ id: "S0DBA", handle: "dba", users: ["U0JANE"] }] }) },
    conversations: { info: () => answer({ channel: { name: "dba", is_member: true } }) },
  } as unknown as WebClient;
}

for (const [kind, id, times, retryAfter, waits, expected] of [
  ["channel", "C0DBA", 2, 30, [30_000, 30_000], "fine"],
  ["group", "S0DBA", 1, 0, [1_000], "fine"],
  ["channel", "C0DBA", 9, 90, [90_000, 90_000, 90_000], "unknown"],
] as const)
  test(`a lookup of a ${kind} that Slack limits ${times} times for ${retryAfter} seconds is ${expected}`, async () => {
    const waited: number[] = [];
    const wait = async (ms: number) => waited.push(ms);
    const check = makeDirectoryCheck(limiting(times, retryAfter), {} as Workspace, wait);
    assert.equal((await check[kind](id)).kind, expected);
    assert.deepEqual(waited, waits);
  });

test("a group in a workspace on the second page of the organization's list is found", async () => {
  const call = (async (method: string, args: { cursor?: string; team_id?: string }) => {
    if (method !== "auth.teams.list") {
      const isThere = args.team_id === "T0LAST";
      return isThere
        ? { kind: "ok", response: { users: ["U0JANE"] } }
        : { kind: "refused", code: "no_such_subteam", error: "", advice: "" };
    }
    const [id, next_cursor] = args.cursor === "two" ? ["T0LAST", ""] : ["T0FIRST", "two"];
    return { kind: "ok", response: { teams: [{ id }], response_metadata: { next_cursor } } };
  }) as unknown as Parameters<typeof makeGroups>[0];
  const read = await makeGroups(call, testClock(), true)("S0DBA", 0);
  assert.deepEqual(read.kind === "found" && [...read.value], ["U0JANE"]);
});

test("a group in a workspace on the second page of the organization's list passes the check", async () => {
  const usergroups = async ({ team_id: id }: { team_id?: string }) => ({
    usergroups: id === "T0LAST" ? [{ id: "S0DBA", handle: "dba", users: ["U0JANE"] }] : [],
  });
  const web = {
    auth: {
      test: async () => ({ is_enterprise_install: true }),
      teams: { list: async () => ({ teams: [{ id: "T0FIRST" }] }) },
    },
    async *paginate() {
      yield { teams: [{ id: "T0FIRST" }] };
      yield { teams: [{ id: "T0LAST" }] };
    },
    usergroups: { list: usergroups },
  } as unknown as WebClient;
  const result = await makeDirectoryCheck(web, {} as Workspace, WAIT).group("S0DBA");
  assert.deepEqual(result, { kind: "fine", members: ["U0JANE"] });
});

test("an empty mask is a warning at its key", async () => {
  const policy = { routes: [aRoute()], admins: { users: [], groups: [] }, identities: { U0JANE: [] } };
  const checkMask = async (mask: string[]) => {
    const findings = await makePolicyCheck(DIRECTORY)({ ...policy, mask });
    return findings.map(({ level, path, text }) => [level, path, text.slice(0, 40)]);
  };
  assert.deepEqual(await checkMask(["*token*"]), []);
  assert.deepEqual(await checkMask([]), [["warning", ["mask"], "The list is empty, so Countersign hides "]]);
});

test("without the scope for user groups, no group has a finding of its own", async () => {
  const directory = {
    ...DIRECTORY,
    ...makeDirectoryCheck(refusing("missing_scope"), { scopes: ["commands"] } as unknown as Workspace, WAIT),
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
  assert.deepEqual(await makeDirectoryCheck(web, {} as Workspace, WAIT).channel("C0PRODDBA"), {
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
