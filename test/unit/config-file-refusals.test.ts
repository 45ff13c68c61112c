import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MINIMAL, problems } from "./config-file-setup.ts";

describe("a file is refused for", () => {
  const wrote = (line: string) => MINIMAL.replace("    channels: [C0AAA]\n", `    ${line}\n`);
  const extra = (line: string) => `${MINIMAL}    ${line}\n`;
  const rows: [string, string, string[]][] = [
    [
      "a misspelt key",
      extra("quorom: 2"),
      ['c.yml:5 routes[0].quorom | "quorom" is not a known key of routes[0]. | Write quorum, or remove it.'],
    ],
    [
      "a key in the wrong case",
      extra("Reason: none"),
      ['c.yml:5 routes[0].Reason | "Reason" is not a known key of routes[0]. | Write reason, or remove it.'],
    ],
    [
      "an unknown key",
      `${MINIMAL}color: red\n`,
      [
        'c.yml:5 color | "color" is not a known key. | Remove it. Known keys: targets, routes, mask, admins, identities, consoleUrl, retention.',
      ],
    ],
    [
      "an unknown key of an inner map",
      extra("match: { documents: a }"),
      [
        'c.yml:5 routes[0].match.documents | "documents" is not a known key of routes[0].match. | Write document, or remove it.',
      ],
    ],
    [
      "missing channels",
      MINIMAL.replace("    channels: [C0AAA]\n", ""),
      ["c.yml:2 routes[0].channels | It is missing. | Add it: a list, such as channels: [C0123456789]."],
    ],
    [
      "a channel outside a list",
      wrote("channels: C0AAA"),
      ['c.yml:3 routes[0].channels | It is "C0AAA". | Write it as a list: channels: [C0AAA].'],
    ],
    [
      "an empty list of channels",
      wrote("channels: []"),
      [
        "c.yml:3 routes[0].channels | The list is empty. | Name at least one channel: otherwise the request is posted nowhere.",
      ],
    ],
    [
      "a channel name in place of an ID",
      wrote('channels: ["#general"]'),
      [
        'c.yml:3 routes[0].channels[0] | "#general" is not the ID of a channel. | Open the channel\'s details in Slack and copy the Channel ID at the bottom; it begins with C or G.',
      ],
    ],
    [
      "the ID of a direct message",
      wrote("channels: [D0AAA]"),
      [
        'c.yml:3 routes[0].channels[0] | "D0AAA" is not the ID of a channel. | This is a direct message: write a channel\'s ID, which begins with C or G. dm: true adds direct messages to approvers.',
      ],
    ],
    [
      "a channel that appears twice",
      wrote("channels: [C0AAA, C0AAA]"),
      ['c.yml:3 routes[0].channels[1] | "C0AAA" is a duplicate. | Remove one of the two.'],
    ],
    [
      "a group among people",
      MINIMAL.replace("groups", "users"),
      [
        'c.yml:4 routes[0].approvers.users[0] | "S0AAA" is not the ID of a person. | This is a user group\'s ID: move it to groups.',
      ],
    ],
    [
      "a person among groups",
      MINIMAL.replace("S0AAA", "W0AAA"),
      [
        'c.yml:4 routes[0].approvers.groups[0] | "W0AAA" is not the ID of a user group. | This is a person\'s ID: move it to users.',
      ],
    ],
    [
      "a route without approvers",
      MINIMAL.replace("{ groups: [S0AAA] }", "{}"),
      [
        "c.yml:4 routes[0].approvers | No approvers are named, so requests of this route could never be decided. | Name at least one person under users or one group under groups, or write channel: members.",
      ],
    ],
    [
      "a quorum without a value",
      extra("quorum:"),
      ["c.yml:5 routes[0].quorum | It has no value. | Write a whole number, or remove the key."],
    ],
    [
      "a quorum of 0",
      extra("quorum: 0"),
      ["c.yml:5 routes[0].quorum | A quorum is at least 1. | Write the number of people who must approve."],
    ],
    [
      "a quorum above the maximum",
      extra("quorum: 50"),
      ["c.yml:5 routes[0].quorum | A quorum is at most 49. | Write the number of people who must approve."],
    ],
    [
      "a quorum in quotes",
      extra('quorum: "2"'),
      ["c.yml:5 routes[0].quorum | It is a text, not a number. | Remove the quotation marks."],
    ],
    [
      "a quorum in quotes that is wrong without them too",
      extra('quorum: "50"'),
      ["c.yml:5 routes[0].quorum | A quorum is at most 49. | Write the number of people who must approve."],
    ],
    [
      "a quorum with a fraction",
      extra("quorum: 1.5"),
      ["c.yml:5 routes[0].quorum | It is the number 1.5. | Write a whole number."],
    ],
    [
      "a text in place of true or false",
      extra('dm: "yes"'),
      ['c.yml:5 routes[0].dm | It is "yes". | Write true or false.'],
    ],
    [
      "an unknown value of reason",
      extra("reason: sometimes"),
      ['c.yml:5 routes[0].reason | It is "sometimes". | Write one of none, reject, always.'],
    ],
    [
      "an account without quotes, and the fix keeps its leading zero",
      extra("match: { account: 012345678901 }"),
      ['c.yml:5 routes[0].match.account | It is a number, not a text. | Put it in quotes: "012345678901".'],
    ],
    [
      "an account of 11 digits",
      extra('match: { account: "12345678901" }'),
      [
        'c.yml:5 routes[0].match.account | "12345678901" cannot match an account. | Write 12 digits, or a glob that matches them.',
      ],
    ],
    [
      "the name of an account",
      extra("match: { account: prod }"),
      [
        'c.yml:5 routes[0].match.account | "prod" cannot match an account. | Write 12 digits, or a glob that matches them.',
      ],
    ],
    [
      "a condition without a value",
      extra("match:"),
      [
        "c.yml:5 routes[0].match | It has no value. | Write a map of keys and values, indented below it, or remove the key.",
      ],
    ],
    [
      "an empty glob",
      extra('match: { step: "" }'),
      ["c.yml:5 routes[0].match.step | An empty text matches nothing. | Write a text to match, or remove the key."],
    ],
    [
      "a number for a parameter",
      extra("match: { parameters: { Count: 3 } }"),
      [
        'c.yml:5 routes[0].match.parameters.Count | It is neither a text nor a list of texts. | Write globs, such as [prod, "prod-*"].',
      ],
    ],
    [
      "a number that needs a unit, not quotes",
      extra("remind: { after: 15 }"),
      [
        'c.yml:5 routes[0].remind.after | "15" is not a duration. | Write a whole number and a unit: 30s, 15m, 2h, 3d or 1w.',
      ],
    ],
    [
      "a text in place of a list",
      extra("show: plan.Summary"),
      ['c.yml:5 routes[0].show | It is "plan.Summary". | Write it as a list: show: [plan.Summary].'],
    ],
    [
      "a glob in place of a list, and the fix keeps its quotes",
      `${MINIMAL}mask: "*password*"\n`,
      ['c.yml:5 mask | It is "*password*". | Write it as a list: mask: ["*password*"].'],
    ],
    [
      "a text in place of a list that may not have it",
      wrote("channels: random"),
      ['c.yml:3 routes[0].channels | It is "random". | Write a list, such as channels: [C0123456789].'],
    ],
    [
      "a parameter that zod would drop",
      extra("match: { parameters: { __proto__: [a] } }"),
      [
        'c.yml:5 routes[0].match.parameters.__proto__ | "__proto__" cannot be the name of a parameter. | Write the parameter\'s name as the runbook declares it.',
      ],
    ],
    [
      "missing routes",
      "mask: []\n",
      ['c.yml:1 routes | It is missing. | Add it: a list of routes, each of which begins with "- name:".'],
    ],
    [
      "routes without a value, which cannot be removed",
      "routes:\n",
      ['c.yml:1 routes | It has no value. | Write a list of routes, each of which begins with "- name:".'],
    ],
    [
      "an empty list of routes",
      "routes: []\n",
      ["c.yml:1 routes | The list is empty. | Write at least one route: without a route, requests cannot be decided."],
    ],
    [
      "an empty list of targets",
      `${MINIMAL}targets: []\n`,
      ["c.yml:5 targets | The list is empty. | Name a target, or remove the key to watch the Region in AWS_REGION."],
    ],
    [
      "a Region that is none",
      `${MINIMAL}targets: [{ name: a, regions: [mars] }]\n`,
      ['c.yml:5 targets[0].regions[0] | "mars" is not an AWS Region. | Write a Region code, such as us-east-1.'],
    ],
  ];
  for (const [claim, text, expected] of rows) test(claim, () => assert.deepEqual(problems(text), expected));
});

for (const [what, key, problem] of [
  ["a reminder without a time", "remind: {}", /neither after nor lastCall/],
  ["a repetition without a first reminder", "remind: { every: 1h, lastCall: 1h }", /no effect without after/],
  ["a duration without a unit", "remind: { after: 15 }", /remind\.after/],
  ["an escalation to nobody", "escalate: { after: 1h }", /neither channels nor people/],
  [
    "an unknown time zone",
    `remind: { after: 1h }, quiet: { from: "22:00", to: "07:00", zone: Mars/Base }`,
    /time zone/,
  ],
  ["quiet hours without reminders", `quiet: { from: "22:00", to: "07:00", zone: UTC }`, /no effect without remind/],
  ["quiet hours of no length", `remind: { after: 1h }, quiet: { from: "07:00", to: "07:00", zone: UTC }`, /same time/],
] as const)
  test(`deadlines are refused for ${what}`, () => {
    const lines = key.split(/, (?=quiet:)/).map((line) => `    ${line}\n`);
    assert.match(problems(`${MINIMAL}${lines.join("")}`).join("\n"), problem);
  });

test("one mistake is one problem", () => {
  const whats = (text: string) => problems(text).map((problem) => problem.split(" | ").slice(0, 2).join(" | "));
  assert.deepEqual(whats(MINIMAL.replace("routes:", "route:")), ['c.yml:1 route | "route" is not a known key.']);
  assert.deepEqual(whats(MINIMAL.replace("channels:", "channel:")), [
    'c.yml:3 routes[0].channel | "channel" is not a known key of routes[0].',
  ]);
  assert.deepEqual(whats(MINIMAL.replace("[C0AAA]", '""')), ['c.yml:3 routes[0].channels | It is "".']);
  assert.deepEqual(whats(`${MINIMAL}mask: [[]]\n`), ["c.yml:5 mask[0] | It is a list."]);
  const target = `targets: [{ name: "prod 1", regions: [us-east-1] }]\n${MINIMAL}    match: { target: prod }\n`;
  assert.deepEqual(whats(target), ['c.yml:1 targets[0].name | "prod 1" cannot be the name of a target.']);
});

test("no value of any type gets a fix without content", () => {
  for (const key of [
    "dm: x",
    "quorum: x",
    "quorum: .inf",
    "reason: 5",
    "match: x",
    "notify: 5",
    "approvers: { channel: 5 }",
  ])
    for (const problem of problems(`${MINIMAL}    ${key}\n`.replace(/approvers: \{ groups.*\n(?=.*approvers)/, "")))
      assert.doesNotMatch(problem, /a value that fits|undefined/);
});
