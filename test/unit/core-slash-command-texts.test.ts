import assert from "node:assert/strict";
import { test } from "node:test";
import { type Command, type CommandError, parseCommand } from "../../src/core/slash-command.ts";

const TIME = { now: Date.UTC(2026, 10, 26, 6, 30), zone: "Asia/Tokyo" };

const parsed = (text: string): Command => {
  const result = parseCommand(text, TIME);
  assert.ok(result.kind === "command", `${text}: ${JSON.stringify(result)}`);
  return result.command;
};

const PENDING = "pending document:Prod-DB-* older:1h";

const ERRORS: [text: string, error: CommandError][] = [
  ["xyzzy", { argument: "xyzzy", problem: "is not a command.", example: "help" }],
  ['""', { argument: "command", problem: "is not a command.", example: "help" }],
  ["helpp", { argument: "helpp", problem: "is not a command. Did you mean `help`?", example: "help" }],
  ["pen,ding", { argument: "pen,ding", problem: "is not a command. Did you mean `pending`?", example: PENDING }],
  ["a".repeat(1_001), { argument: "command", problem: "is longer than 1000 characters.", example: "pending older:1h" }],
  ["pending foo", { argument: "foo", problem: "is not a filter of `pending`.", example: PENDING }],
  ["pending zzzzz:1", { argument: "zzzzz:", problem: "is not a filter of `pending`.", example: PENDING }],
  [
    "pending targt:1",
    {
      argument: "targt:",
      problem: "is not a filter of `pending`. Did you mean `target:`?",
      example: "pending target:production",
    },
  ],
  ["pending route:", { argument: "route:", problem: "has no value.", example: 'pending route:"production databases"' }],
  [
    "pending route:a mine route:b",
    { argument: "route:", problem: "is given twice.", example: 'pending route:"production databases"' },
  ],
  [
    "pending target:production since yesterday",
    {
      argument: "target:",
      problem: "can be a longer name or end before `since`. Put the name in quotes, or write `since:`.",
      example: 'pending target:"production databases"',
      value: "production",
    },
  ],
  [
    "history by:@jane document Prod-*",
    {
      argument: "by:",
      problem: "can be a longer name or end before `document`. Put the name in quotes, or write `document:`.",
      example: 'history by:"Jane Ito"',
      value: "@jane",
    },
  ],
  [
    "history by:me yesterday",
    { argument: "yesterday", problem: "is not a filter of `history`.", example: "history by:@jane since:2026-11-20" },
  ],
  ["show", { argument: "ID", problem: "is missing after `show`.", example: "show 4f2a91c7" }],
  [
    "history since:2099-01-01",
    { argument: "since:", problem: "is in the future.", example: "history since:yesterday", value: "2099-01-01" },
  ],
  [
    "history until:soon",
    {
      argument: "until:",
      problem: "is not a past time. Write a date, a day or an age: `2026-11-20`, `yesterday` or `2 hours`.",
      example: "history until:2026-11-20",
      value: "soon",
    },
  ],
  [
    "history since:2h until:2h",
    {
      argument: "until:",
      problem: "is earlier than `since:`.",
      example: "history since:2026-11-01 until:2026-11-20",
    },
  ],
];
for (const [text, expected] of ERRORS)
  test(`the error of "${text.slice(0, 45)}" names the part, the value, the problem and a command that works`, () => {
    assert.deepEqual(parseCommand(text, TIME), { kind: "error", error: expected });
    assert.equal(parsed(expected.example).name, expected.example.split(" ")[0]);
  });

const TEXTS: [typed: string, text: string][] = [
  ["", "pending"],
  ["mine share", "pending mine"],
  ["Pending,; older 2h, target production", 'pending older:"2h" target:"production"'],
  ["document:show", 'pending document:"show"'],
  ["pending mine route:a&amp;b", 'pending route:"a&amp;b" mine'],
  ["history by:“Ito, Jane” since yesterday share", 'history by:"Ito, Jane" since:"yesterday"'],
  ["health share", "health"],
  ["show 4f2a91c7 share", 'show "4f2a91c7"'],
  ['show "share"', 'show "share"'],
  ["policy 'a \"b'", "policy 'a \"b'"],
];
for (const [typed, text] of TEXTS)
  test(`the text of "${typed}" without its flag to share is the same command`, () => {
    const { share, ...command } = parsed(typed);
    assert.equal(command.text, text);
    assert.deepEqual(parsed(text), { ...command, share: false });
    assert.equal(share, / share$/.test(typed));
  });

test("what a command is about is kept as it was typed, with colons", () => {
  for (const [typed, words] of [
    ["show arn:aws:ssm:us-east-1:1:automation-execution/x", "arn:aws:ssm:us-east-1:1:automation-execution/x"],
    ["show Request 4f2a91c7", "Request 4f2a91c7"],
    ['policy "" Prod DB ""', "Prod DB"],
  ] as const)
    assert.equal(parsed(typed).words, words);
});

test("a command may have 1000 characters", () => {
  const words = "a".repeat(995);
  assert.equal(parsed(`show ${words}`).words, words);
});
