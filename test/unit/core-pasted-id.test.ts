import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parsePastedId } from "../../src/core/pasted-id.ts";

const ID = "4f2a91c7-1b2c-4d3e-8f90-0123456789ab";
const PAGE = `systems-manager/automation/execution/${ID}?region=us-east-1`;
const AWS = `https://us-east-1.console.aws.amazon.com/${PAGE}`;
const encoded = encodeURIComponent(AWS);

const WHOLE: Record<string, string> = {
  "as it is": ID,
  "in upper case": ID.toUpperCase(),
  "in backticks": `\`${ID}\``,
  "in quotes": `“${ID}”`,
  "with white space": `  ${ID} `,
  "with a full stop": `${ID}.`,
  "a console link": AWS,
  "a console link as Slack escapes it": `<${AWS}>`,
  "a labeled link": `<${AWS}|4f2a91c7>`,
  "a console link of China": `https://cn-north-1.console.amazonaws.cn/${PAGE}`,
  "a console link of GovCloud": `https://us-gov-west-1.console.amazonaws-us-gov.com/${PAGE}`,
  "a console link of the European sovereign cloud": `https://eusc-de-east-1.console.amazonaws-eusc.eu/${PAGE}`,
  "a console link without a Region": `https://console.aws.amazon.com/${PAGE}`,
  "a console link to a step": `https://us-east-1.console.aws.amazon.com/systems-manager/automation/execution/${ID}/step/1`,
  "a redirect of an access portal": `https://example.awsapps.com/start/#/console?account_id=111122223333&role_name=Operator&destination=${encoded}`,
  "a redirect that encodes twice": `https://portal.example.com/?next=${encodeURIComponent(`https://x.awsapps.com/start/#/console?destination=${encoded}`)}`,
  "a redirect that encodes three times": encodeURIComponent(encodeURIComponent(encoded)),
  "with the word before it": `execution \`${ID}\``,
  "with the word and white space": `  Request   ${ID}  `,
  "in parentheses and quotes, before a full stop": `(\`${ID}\`).`,
  "an ARN": `arn:aws:ssm:us-east-1:111122223333:automation-execution/${ID}`,
};
for (const [form, text] of Object.entries(WHOLE))
  test(`an id is recognized: ${form}`, () => {
    assert.deepEqual(parsePastedId(text), { kind: "id", id: ID });
  });

test("a shortened id, a Slack link and the name of a runbook are told apart", () => {
  const cases: [string, object][] = [
    ["4f2a91c7", { kind: "prefix", prefix: "4f2a91c7" }],
    ["`4F2A91C7`", { kind: "prefix", prefix: "4f2a91c7" }],
    ["4f2a91c7…", { kind: "prefix", prefix: "4f2a91c7" }],
    ["4f2a91c7-1b2c", { kind: "prefix", prefix: "4f2a91c7-1b2c" }],
    ["4f2a91c", { kind: "runbook", name: "4f2a91c" }],
    ["Prod-DB-Restart", { kind: "runbook", name: "Prod-DB-Restart" }],
    ["`Prod-DB-Restart`", { kind: "runbook", name: "Prod-DB-Restart" }],
    [
      "<https://acme.slack.com/archives/C0PRODDBA/p1700000000000100?thread_ts=1700000000.000100&cid=C0PRODDBA>",
      { kind: "message", channelId: "C0PRODDBA", ts: "1700000000.000100", threadTs: "1700000000.000100" },
    ],
    [
      "https://acme.slack.com/archives/C0PRODDBA/p1700000009000200?cid=C0PRODDBA&thread_ts=1700000000.000100",
      { kind: "message", channelId: "C0PRODDBA", ts: "1700000009.000200", threadTs: "1700000000.000100" },
    ],
    ["Request 4f2a91c7", { kind: "prefix", prefix: "4f2a91c7" }],
    ["request", { kind: "runbook", name: "request" }],
    [
      "https://acme.slack.com/archives/D0JANE/p1700000000000100",
      { kind: "message", channelId: "D0JANE", ts: "1700000000.000100", threadTs: null },
    ],
    ["https://example.com/%E0%A4%A", { kind: "runbook", name: "https://example.com/%E0%A4%A" }],
  ];
  for (const [text, expected] of cases) assert.deepEqual(parsePastedId(text), expected, text);
});

const RUNBOOKS: Record<string, [text: string, name?: string]> = {
  "seven characters": ["4f2a91c"],
  "nine characters of an id without a dash": ["4f2a91c70"],
  "letters before the beginning of an id": ["x4f2a91c7"],
  "letters after the beginning of an id": ["4f2a91c7-x"],
  "more characters than an id": [`${ID}0`],
  "a link that encodes four times": [encodeURIComponent(encodeURIComponent(encodeURIComponent(encoded)))],
  "two words after an id": ["request 4f2a91c7 please"],
  "a word before the word request": ["my request 4f2a91c7"],
  "an apostrophe inside": ["a'b"],
  "a comma inside": ["a,b"],
  "an escaped link": ["<https://example.com/x>", "https://example.com/x"],
  "an escaped link with a label": ["<https://example.com/x|a label>", "https://example.com/x"],
  "a link after a letter": ["a<https://example.com/x>"],
  "a link before a letter": ["<https://example.com/x>a"],
  "a link to a page without a message": ["https://acme.slack.com/archives/C0PRODDBA"],
  "a link to a user": ["https://acme.slack.com/archives/U0JANE/p1700000000000100"],
  "a time of a message that is too long": ["https://acme.slack.com/archives/C0PRODDBA/p1234567890123456789"],
  "a time of a message that is too short": ["https://acme.slack.com/archives/C0PRODDBA/p123456"],
};
for (const [claim, [text, name = text]] of Object.entries(RUNBOOKS))
  test(`other text is the name of a runbook: ${claim}`, () => {
    assert.deepEqual(parsePastedId(text), { kind: "runbook", name });
  });

test("a link to a message has a thread only if it says so", () => {
  const link = "https://acme.slack.com/archives/G0OPS/p1700000009000200";
  const threadOf = (query: string) => {
    const found = parsePastedId(`${link}${query}`);
    assert.ok(found.kind === "message" && found.channelId === "G0OPS" && found.ts === "1700000009.000200", query);
    return found.threadTs;
  };
  const thread = "1700000000.000100";
  for (const query of [`?thread_ts=${thread}`, `?cid=G0OPS&x=1&thread_ts=${thread}&y=2`])
    assert.equal(threadOf(query), thread);
  for (const query of [
    "",
    "?cid=G0OPS",
    `?x_thread_ts=${thread}`,
    `?a#&thread_ts=${thread}`,
    `?a &thread_ts=${thread}`,
    `?thread_ts=${thread}0`,
    "?thread_ts=1700000000",
  ])
    assert.equal(threadOf(query), null, query);
});

test("no text makes the recognition throw", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)), maxLength: 300 }),
      (text) => void parsePastedId(text),
    ),
  );
});
