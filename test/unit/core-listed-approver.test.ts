import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  findListing,
  type Listing,
  personListing,
  requestListing,
  signingPrincipal,
  toApproverLine,
  toSessionArn,
} from "../../src/core/listed-approver.ts";

const iam = (resource: string, account = "111122223333") => `arn:aws:iam::${account}:${resource}`;
const sts = (resource: string, account = "111122223333") => `arn:aws:sts::${account}:assumed-role/${resource}`;

const JANE = iam("user/jane");
const BOT = iam("role/CountersignBot");
const SESSION = sts("Approver/jane@example.com");

const ENTRIES: [principal: string, entry: string, expected: Listing][] = [
  // A user.
  [JANE, JANE, "listed"],
  [JANE, "jane", "listed"],
  [JANE, " jane ", "listed"],
  [JANE, "Jane", "unknown"],
  [JANE, "omar", "unlisted"],
  [JANE, iam("user/omar"), "unlisted"],
  [JANE, iam("user/ops/jane"), "unknown"],
  [JANE, iam("user/jane", "444455556666"), "unlisted"],
  [JANE, "arn:aws-cn:iam::111122223333:user/jane", "unknown"],
  [JANE, iam("role/jane"), "unlisted"],
  [JANE, sts("Approver/jane"), "unlisted"],
  [iam("user/ops/jane"), iam("user/ops/jane"), "listed"],
  [iam("user/ops/jane"), JANE, "unknown"],
  [iam("user/ops/jane"), "jane", "listed"],
  // A role, whose session's name is not known.
  [BOT, BOT, "listed"],
  [BOT, iam("role/Other"), "unlisted"],
  [BOT, iam("role/countersignbot"), "unknown"],
  [BOT, iam("role/ops/CountersignBot"), "unknown"],
  [BOT, iam("role/CountersignBot", "444455556666"), "unlisted"],
  [BOT, sts("CountersignBot/i-0abc"), "unknown"],
  [BOT, sts("Other/i-0abc"), "unlisted"],
  [BOT, "CountersignBot", "unknown"],
  [BOT, "jane", "unlisted"],
  [BOT, JANE, "unlisted"],
  [iam("role/ops/CountersignBot"), BOT, "unknown"],
  [iam("role/ops/CountersignBot"), iam("role/ops/CountersignBot"), "unknown"],
  // A role session.
  [SESSION, iam("role/Approver"), "listed"],
  [SESSION, SESSION, "listed"],
  [SESSION, sts("Approver/omar@example.com"), "unlisted"],
  [SESSION, sts("Approver/JANE@example.com"), "unknown"],
  [SESSION, sts("Other/jane@example.com"), "unlisted"],
  [SESSION, iam("role/team/Approver"), "unknown"],
  [SESSION, iam("role/Other"), "unlisted"],
  [SESSION, "jane@example.com", "unknown"],
  [SESSION, "Approver", "unknown"],
  [SESSION, "omar", "unlisted"],
  [SESSION, iam("user/jane"), "unlisted"],
];

/** Entries that may name any principal. */
const UNKNOWN = [
  "{{ Approvers }}",
  "arn:aws:iam::111122223333:role/{{ Role }}",
  iam("group/approvers"),
  iam("root"),
  "arn:aws:sts::111122223333:federated-user/jane",
  // Almost an ARN of a user, a role or a session.
  "arn:aws:sts::111122223333:user/jane",
  "arn:aws:iam::111122223333:assumed-role/Approver/jane@example.com",
  "arn:aws:iam:us-east-1:111122223333:user/jane",
  iam("my-user/jane"),
  iam("user/jane/"),
  "arn:aws:sts::111122223333:my-assumed-role/Approver/jane@example.com",
  sts("Approver/jane@example.com/"),
  sts("Approver/*"),
  `${iam("user/omar")},${iam("user/mia")}`,
  '["omar"]',
  "\u2022\u2022\u2022\u2022\u2022\u2022",
  "",
];

for (const [principal, entry, expected] of ENTRIES)
  test(`${JSON.stringify(entry)} in Approvers makes ${principal} ${expected}`, () => {
    assert.equal(findListing([entry], principal), expected);
  });

test("an entry that may name any principal leaves each one unknown, unless another entry names it", () => {
  for (const entry of UNKNOWN)
    for (const principal of [JANE, BOT, SESSION]) {
      assert.equal(findListing([entry], principal), "unknown", `${entry} ${principal}`);
      assert.equal(findListing(["omar", entry], principal), "unknown");
      assert.equal(findListing([entry, JANE, BOT, iam("role/Approver")], principal), "listed");
    }
});

test("the path of a session's role is compared where the configuration names it", () => {
  const role = iam("role/team/Approver");
  assert.equal(findListing([iam("role/Approver")], SESSION, role), "unknown");
  assert.equal(findListing([SESSION], SESSION, role), "unknown");
  assert.equal(findListing([iam("role/Approver")], SESSION, iam("role/Approver")), "listed");
  assert.equal(findListing([iam("role/Other")], SESSION, role), "unlisted");
});

test("whenever a person may be listed, the request is not unlisted", () => {
  const entry = fc.constantFrom(...ENTRIES.map(([, each]) => each), ...UNKNOWN, "U0JANE", "u0jane", "jane@EXAMPLE.com");
  fc.assert(
    fc.property(
      fc.array(entry, { minLength: 1 }),
      fc.constantFrom("jane@example.com", "omar@example.com", "U0JANE"),
      (awsApprovers, session) => {
        const facts = { awsApprovers, signer: { kind: "approvers", arn: iam("role/Approver") } } as const;
        if (personListing(facts, session) !== "unlisted") assert.notEqual(requestListing(facts), "unlisted");
      },
    ),
  );
});

test("a text that is no ARN of a role names no path and no session", () => {
  assert.equal(findListing([iam("role/Approver")], SESSION, "Approver"), "listed");
  assert.equal(toSessionArn("Approver", "jane"), null);
});

test("the bot signs with its own principal, and a person in a session of the approvers' role", () => {
  const bot = { awsApprovers: [BOT], signer: { kind: "bot", arn: BOT } } as const;
  const people = (...awsApprovers: string[]) =>
    ({ awsApprovers, signer: { kind: "approvers", arn: iam("role/Approver") } }) as const;
  assert.equal(signingPrincipal({ ...bot, awsApprovers: [...bot.awsApprovers] }, "jane"), BOT);
  assert.equal(signingPrincipal(people(), "jane"), sts("Approver/jane"));
  assert.equal(signingPrincipal({ awsApprovers: [] }, "jane"), null, "the signer is not known");

  assert.equal(requestListing({ ...bot, awsApprovers: [BOT] }), "listed");
  assert.equal(requestListing({ ...bot, awsApprovers: ["omar"] }), "unlisted");
  assert.equal(requestListing({ awsApprovers: ["omar"] }), "unknown");
  assert.equal(requestListing(people(sts("Approver/omar"))), "unknown", "some person may be listed");

  // Each entry can be the name of a person's session: an email address or a Slack id.
  for (const [entry, session] of [
    ["jane@example.com", "jane@example.com"],
    ["JANE@example.com", "jane@example.com"],
    ["U0JANE", "U0JANE"],
  ] as const) {
    assert.equal(personListing(people(entry), session), "unknown", entry);
    assert.equal(requestListing(people(entry)), "unknown", `${entry} may name an approver`);
    assert.equal(requestListing({ ...bot, awsApprovers: [entry] }), "unlisted", "no person signs");
  }
  for (const entry of [
    "omar",
    "team-U0JANE",
    "U0JANE-team",
    iam("user/U0JANE"),
    "team/jane@example.com",
    `${"j".repeat(60)}@example.com`,
  ])
    assert.equal(requestListing(people(entry)), "unlisted", `${entry} names no session of an approver`);

  assert.equal(personListing({ ...bot, awsApprovers: [BOT] }, "jane"), "listed");
  assert.equal(personListing({ awsApprovers: ["omar"] }, "jane"), "unknown");
  assert.equal(personListing(people(sts("Approver/omar")), "jane"), "unlisted");
  assert.equal(personListing(people(sts("Approver/jane")), "jane"), "listed");
  const inTeam = {
    awsApprovers: [iam("role/Approver")],
    signer: { kind: "approvers", arn: iam("role/team/Approver") },
  } as const;
  assert.equal(
    personListing({ ...inTeam, awsApprovers: [...inTeam.awsApprovers] }, "jane"),
    "unknown",
    "the paths differ",
  );
});

test("a name that may be that of another person's session is not that of this person", () => {
  const facts = (...awsApprovers: string[]) =>
    ({ awsApprovers, signer: { kind: "approvers", arn: iam("role/Approver") } }) as const;
  assert.equal(personListing(facts("omar@example.com"), "jane@example.com"), "unlisted");
  assert.equal(personListing(facts("U0OMAR"), "U0JANE"), "unlisted");
  assert.equal(requestListing(facts("omar@example.com")), "unknown");
});

test("AWS accepts every principal for a pause, even if the facts name another one or none", () => {
  for (const awsApprovers of [[], ["omar"]]) {
    const facts = { action: "aws:pause", awsApprovers, signer: { kind: "bot", arn: BOT } } as const;
    assert.deepEqual([requestListing(facts), personListing(facts, "jane")], ["listed", "listed"]);
  }
});

test("without entries, or without a known principal, nothing is certain", () => {
  assert.equal(findListing([], JANE), "unknown");
  for (const principal of [null, iam("root"), "jane"]) assert.equal(findListing(["omar"], principal), "unknown");
});

test("the line to add to the runbook names the role of a session", () => {
  assert.equal(toApproverLine(SESSION), `- ${iam("role/Approver")}`);
  assert.equal(toApproverLine(JANE), `- ${JANE}`);
  assert.equal(toSessionArn(iam("role/team/Approver"), "jane"), sts("Approver/jane"));
  assert.equal(toSessionArn(JANE, "jane"), null);
});

test("another entry never makes a listed principal unlisted, and the order does not matter", () => {
  const entry = fc.constantFrom(...ENTRIES.map(([, each]) => each), ...UNKNOWN);
  const principal = fc.constantFrom(JANE, BOT, SESSION);
  fc.assert(
    fc.property(fc.array(entry), entry, principal, (list, more, of) => {
      const one = findListing([...list, more], of);
      assert.equal(one, findListing([more, ...list.toReversed()], of));
      if (findListing(list, of) === "listed") assert.equal(one, "listed");
      if (one === "unlisted" && list.length > 0) assert.equal(findListing(list, of), "unlisted");
    }),
  );
});
