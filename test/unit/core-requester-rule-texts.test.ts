import assert from "node:assert/strict";
import { test } from "node:test";
import type { NameRenderer } from "../../src/core/name-renderer.ts";
import type { Route } from "../../src/core/policy.ts";
import { type Requester, UNKNOWN_REQUESTER } from "../../src/core/requester.ts";
import {
  describeMissingIdentity,
  describeRequesterRule,
  explainRequesterRule,
  findRequesterRule,
  type RequesterRule,
} from "../../src/core/requester-rule.ts";
import { aRoute } from "../support/samples.ts";
import { findRequesterByArn as find, iam, PLAIN, role, session, sso, sts, user } from "./principal-samples.ts";

/** Shows people as @U1, other texts as `text`, and what must not be missed as *text*. */
const MARKED: NameRenderer = {
  ...PLAIN,
  user: (id) => `@${id}`,
  text: (text) => `\`${text}\``,
  strong: (text) => `*${text}*`,
};

const ROSA = "rosa@example.com";
const pending = find(sso(ROSA), {}, { kind: "pending" });
const jane = find(user, { U0JANE: [user] });
const run = find(sts("assumed-role/Automation/run-1"));
const unread: Requester = { ...UNKNOWN_REQUESTER, unread: "AccessDeniedException" };
const inactive = (...ids: string[]): Requester => ({ ...find(user), inactive: ids });

const people: Partial<Route> = { whenRequesterUnknown: "deny-people" };
const deny: Partial<Route> = { whenRequesterUnknown: "deny" };
const pause: Partial<Route> = { match: { action: "aws:pause" } };

const identify = (arn: string) =>
  `An admin can identify the requester with this line under \`identities\`: \`U...: ["${arn}"]\`.`;
const exclude = (arn: string) =>
  `An admin can exclude a person who uses it with this line under \`identities\`: \`U...: ["${arn}"]\`.`;
const counts = "A rejection still counts.";
const noUser = "because the requester is an IAM user that `identities` does not list";
const noRole = "because the requester is a role, which identifies no one";
const byPeople = "(`whenRequesterUnknown: deny-people`)";
const byDeny = "(`whenRequesterUnknown: deny`)";
const awaits = (value: string) =>
  `No approval counts until Slack returns the owner of this address. If no active person has this address, \`whenRequesterUnknown: ${value}\` applies.`;

/** A requester with its rule, the line of the message, and the sentences of an open request's details. */
const TEXTS: [
  claim: string,
  route: Partial<Route>,
  requester: Requester,
  rule: RequesterRule,
  short: string | null,
  full: string[],
][] = [
  ["who may approve", { selfApproval: true }, find(user), "off", null, ["The requester may approve."]],
  ["who may resume", { ...pause, selfApproval: true }, find(user), "off", null, ["The requester may resume."]],
  [
    "who is one of two people",
    {},
    find(user, { U0JANE: [user], U0MIA: [user] }),
    "known",
    "not @U0JANE or @U0MIA, who started it",
    ["@U0JANE or @U0MIA started it and may not approve it."],
  ],
  [
    "with an address whose owner Slack has yet to return",
    {},
    pending,
    "pending",
    `no approval counts until Slack returns the owner of \`${ROSA}\`, who started it`,
    [`\`${ROSA}\` started it and may not approve it.`, awaits("allow")],
  ],
  [
    "that is an IAM user, where approvals count",
    {},
    find(user),
    "allowed",
    `approvals count, ${noUser} (\`whenRequesterUnknown: allow\`)`,
    [`Approvals count, ${noUser} (\`whenRequesterUnknown: allow\`).`, identify(user)],
  ],
  [
    "that is an IAM user, where no approval counts",
    people,
    find(user),
    "denied",
    `*no approval counts*, ${noUser} ${byPeople}`,
    [`*No approval counts*, ${noUser} ${byPeople}.`, identify(user), counts],
  ],
  [
    "that is an IAM user, for a pause that no vote resumes",
    { ...deny, ...pause },
    find(user),
    "denied",
    `*no vote to resume counts*, ${noUser} ${byDeny}`,
    [`*No vote to resume counts*, ${noUser} ${byDeny}.`, identify(user), "A vote to stop still counts."],
  ],
  [
    "that is an IAM user, for a pause that votes resume",
    pause,
    find(user),
    "allowed",
    `votes to resume count, ${noUser} (\`whenRequesterUnknown: allow\`)`,
    [`Votes to resume count, ${noUser} (\`whenRequesterUnknown: allow\`).`, identify(user)],
  ],
  [
    "with an address of no one",
    people,
    find(sso(ROSA), {}, { kind: "nobody" }),
    "denied",
    `*no approval counts*, because the requester is an Identity Center session that matches no active person in Slack ${byPeople}`,
    [
      `*No approval counts*, because the requester is an Identity Center session that matches no active person in Slack ${byPeople}.`,
      identify(sso(ROSA)),
      counts,
    ],
  ],
  [
    "that is a role",
    people,
    find(session),
    "allowed",
    `approvals count, ${noRole} ${byPeople}`,
    [`Approvals count, ${noRole} ${byPeople}.`, exclude(iam("role/Deploy"))],
  ],
  [
    "that is a role which two people can use",
    deny,
    find(session, { U0JANE: [role], U0MIA: [role] }),
    "denied",
    `not @U0JANE or @U0MIA, who possibly started it; *no approval counts*, ${noRole} ${byDeny}`,
    [
      "@U0JANE or @U0MIA may have started it and may not approve it.",
      `*No approval counts*, ${noRole} ${byDeny}.`,
      counts,
    ],
  ],
  [
    "that is a federated user",
    people,
    find(sts("federated-user/jane")),
    "denied",
    `*no approval counts*, because the requester is a federated user that \`identities\` does not list ${byPeople}`,
    [
      `*No approval counts*, because the requester is a federated user that \`identities\` does not list ${byPeople}.`,
      exclude(sts("federated-user/jane")),
      counts,
    ],
  ],
  [
    "that is an AWS service",
    deny,
    find("events.amazonaws.com"),
    "denied",
    `*no approval counts*, because the requester is an AWS service, which identifies no one ${byDeny}`,
    [`*No approval counts*, because the requester is an AWS service, which identifies no one ${byDeny}.`, counts],
  ],
  [
    "that AWS does not name",
    people,
    find(null),
    "denied",
    `*no approval counts*, because the requester is a principal without a name that \`identities\` does not list ${byPeople}`,
    [
      `*No approval counts*, because the requester is a principal without a name that \`identities\` does not list ${byPeople}.`,
      counts,
    ],
  ],
  [
    "whose listed account is inactive",
    people,
    inactive("U0JANE"),
    "denied",
    `*no approval counts*, because \`identities\` lists @U0JANE, whose account is deactivated, gone or a bot ${byPeople}`,
    [
      `*No approval counts*, because \`identities\` lists @U0JANE, whose account is deactivated, gone or a bot ${byPeople}.`,
      identify(user),
      counts,
    ],
  ],
  [
    "whose listed accounts are inactive",
    {},
    inactive("U0JANE", "U0MIA"),
    "allowed",
    "approvals count, because `identities` lists @U0JANE or @U0MIA, whose accounts are deactivated, gone or a bot (`whenRequesterUnknown: allow`)",
    [
      "Approvals count, because `identities` lists @U0JANE or @U0MIA, whose accounts are deactivated, gone or a bot (`whenRequesterUnknown: allow`).",
      identify(user),
    ],
  ],
  [
    "with a parent that could not be read",
    people,
    { ...jane, parents: [unread] },
    "denied",
    `not @U0JANE, who started it; *no approval counts*, because its parent execution could not be read: \`AccessDeniedException\` ${byPeople}`,
    [
      "@U0JANE started it and may not approve it.",
      `*No approval counts*, because its parent execution could not be read: \`AccessDeniedException\` ${byPeople}.`,
      counts,
    ],
  ],
  [
    "with an unlisted parent, which is named before the execution itself",
    people,
    { ...find(iam("user/omar")), parents: [find(iam("user/mia"))] },
    "denied",
    `*no approval counts*, ${noUser} ${byPeople}`,
    [`*No approval counts*, ${noUser} ${byPeople}.`, identify(iam("user/mia")), counts],
  ],
  [
    "that is unlisted, with a role as its parent",
    people,
    { ...find(user), parents: [run] },
    "denied",
    `*no approval counts*, ${noUser} ${byPeople}`,
    [`*No approval counts*, ${noUser} ${byPeople}.`, identify(user), counts],
  ],
  [
    "that two people may be, one of whom started the parent",
    people,
    { ...find(session, { U0JANE: [role], U0MIA: [role] }), parents: [jane] },
    "known",
    "not @U0MIA, who possibly started it; not @U0JANE, who started it",
    ["@U0MIA may have started it and may not approve it.", "@U0JANE started it and may not approve it."],
  ],
  [
    "who is known, with a parent's address that Slack has yet to return",
    people,
    { ...jane, parents: [pending] },
    "pending",
    `not @U0JANE, who started it; no approval counts until Slack returns the owner of \`${ROSA}\`, who started it`,
    [
      "@U0JANE started it and may not approve it.",
      `\`${ROSA}\` started it and may not approve it.`,
      awaits("deny-people"),
    ],
  ],
];

for (const [claim, more, requester, rule, short, full] of TEXTS)
  test(`a requester ${claim}: the message and its details state the same rule`, () => {
    const route = aRoute(more);
    assert.equal(findRequesterRule(route, requester), rule);
    assert.equal(describeRequesterRule(route, requester, MARKED), short);
    assert.equal(explainRequesterRule(route, requester, MARKED, true), full.join(" "));
  });

test("the details of a closed request state what was true while it was open, and advise no vote", () => {
  const closed = (more: Partial<Route>, requester: Requester) =>
    explainRequesterRule(aRoute(more), requester, MARKED, false);
  assert.equal(
    closed(deny, pending),
    `\`${ROSA}\` started it and may not approve it. Slack did not return the owner of this address while the request was open.`,
  );
  assert.equal(closed(people, find(user)), `*No approval counts*, ${noUser} ${byPeople}. ${identify(user)}`);
});

test("the line that identifies the requester is named only where the requester is unknown and an admin can name it", () => {
  const table: [Partial<Route>, Requester, all: string | null, forPeople: string | null][] = [
    [people, find(user), identify(user), identify(user)],
    [people, find(iam("root")), identify(iam("root")), identify(iam("root"))],
    [people, find(session), exclude(iam("role/Deploy")), null],
    [people, find(sts("federated-user/jane")), exclude(sts("federated-user/jane")), null],
    [people, find("events.amazonaws.com"), null, null],
    [people, find("someone"), null, null],
    [people, find(session, { U0JANE: [role] }), null, null],
    [people, find(null), null, null],
    [people, jane, null, null],
    [people, pending, null, null],
    [{ selfApproval: true }, find(user), null, null],
  ];
  for (const [more, requester, all, forPeople] of table) {
    const missing = (kinds?: "people") => describeMissingIdentity(aRoute(more), requester, MARKED, kinds);
    assert.deepEqual([missing(), missing("people")], [all, forPeople], String(requester.executedBy));
  }
});

test("a rule that this version does not know is a fault, and never lets an approval count", () => {
  const route = aRoute({ whenRequesterUnknown: "later" as "deny" });
  assert.throws(() => findRequesterRule(route, find(user)), /unexpected rule later/);
});
