import assert from "node:assert/strict";
import { test } from "node:test";
import { type PartRules, toParts } from "../../src/core/command-parts.ts";
import { splitWords } from "../../src/core/command-words.ts";
import { toParsers } from "../../src/core/slash-command.ts";

const parsers = toParsers({ now: Date.UTC(2026, 10, 26, 6, 30), zone: "Etc/UTC" });
/** The rules of a command with every filter except `account:` and `outcome:`. */
const RULES: PartRules = {
  filters: ["region", "document", "route", "target", "older", "status", "since", "until", "by"],
  flags: ["mine", "share"],
  parsers,
};

/** Each part as text: `mine!` is a flag, `?x` a word, and `by:a|since` ends before `since` or later. */
function divide(text: string, rules = RULES): string[] {
  return toParts(splitWords(text), rules).map((part) => {
    if (part.kind === "flag") return `${part.name}!`;
    if (part.kind === "word") return `?${part.word.key === null ? "" : `${part.word.key}:`}${part.word.text}`;
    return `${part.name}:${part.text}${part.kind === "ambiguous" ? `|${part.before}` : ""}`;
  });
}

const CASES: Record<string, [typed: string, parts: string[]][]> = {
  "a flag has any case, and a comma after it": [
    ["MINE,; share", ["mine!", "share!"]],
    ["mi,ne", ["?mi,ne"]],
    ['"mine"', ["?mine"]],
    ["target:mine share", ["target:mine", "share!"]],
    ["mine:share", ["?mine:share"]],
  ],
  "a comma between parts is not a part": [
    ["older:2h , mine ; share", ["older:2h", "mine!", "share!"]],
    ['""', ["?"]],
    ["foo: mine", ["?foo:mine"]],
    ["foo:", ["?foo:"]],
    ['foo:","', ["?foo:,"]],
    ['","', ["?,"]],
  ],
  "the name of a filter needs no colon, except in quotes": [
    ["Older 2h", ["older:2h"]],
    ['"older" 2h', ["?older", "?2h"]],
    ["older", ["older:"]],
    ["older mine", ["older:", "mine!"]],
    ["account 1", ["?account", "?1"]],
    ["account:1", ["?account:1"]],
  ],
  "a value in quotes is whole": [
    ['route:"a b" c', ["route:a b", "?c"]],
    ['route "a b" c', ["route:a b", "?c"]],
    ['route target:"a b"', ["route:", "target:a b"]],
    ['by:jane "ito"', ["by:jane", "?ito"]],
    ['older:2h "mine"', ["older:2h", "?mine"]],
  ],
  "a name can have several words, until a flag or a filter with a colon": [
    ["route:a b, mine", ["route:a b", "mine!"]],
    ["target a b document:x", ["target:a b", "document:x"]],
    ["by Jane Ito since:yesterday", ["by:Jane Ito", "since:yesterday"]],
    ["target:me x", ["target:me x"]],
    ["route:U0JANE x", ["route:U0JANE x"]],
  ],
  "a person who is a mention, an id or the asking one is whole": [
    ["by:<@U0JANE|jane ito> x", ["by:<@U0JANE|jane ito>", "?x"]],
    ["by <@U0JANE>, document x", ["by:<@U0JANE>", "document:x"]],
    ["by:<@U0JANE>s x", ["by:<@U0JANE>s x"]],
    ["by:U0JANE x", ["by:U0JANE", "?x"]],
    ["by:@WJANE0; x", ["by:@WJANE0", "?x"]],
    ["by:URSULA X1", ["by:URSULA X1"]],
    ["by:me x", ["by:me", "?x"]],
    ["by:mel x", ["by:mel x"]],
    ["by:fame x", ["by:fame x"]],
    ["by:me document x", ["by:me", "document:x"]],
  ],
  "another value is the longest text that the filter understands": [
    ["older:1h 30m x", ["older:1h 30m", "?x"]],
    ["older 1h 30m, mine", ["older:1h 30m", "mine!"]],
    ["older soon enough", ["older:soon enough"]],
    ["document:a b", ["document:a", "?b"]],
    ["document a b", ["document:a", "?b"]],
    ["since 2 days ago until today x", ["since:2 days ago", "until:today", "?x"]],
    ["status:timed out failed x", ["status:timed out failed", "?x"]],
  ],
  "a list with a comma is not cut at the comma": [
    ["status:failed, x", ["status:failed, x"]],
    ["status:failed ,x", ["status:failed ,x"]],
    ["status:failed x, y", ["status:failed", "?x,", "?y"]],
    ["status:failed, mine", ["status:failed", "mine!"]],
    ["document:a, b", ["document:a, b"]],
    ["by:<@U0JANE>, <@U0JOE>", ["by:<@U0JANE>, <@U0JOE>"]],
  ],
  "a name ends before the name of a filter only if a value follows that the filter understands": [
    ["by:jane since yesterday", ["by:jane", "since:yesterday"]],
    ["route:a b older 2h mine", ["route:a b", "older:2h", "mine!"]],
    ["by:jane Since the release", ["by:jane|since", "since:the release"]],
    ["by:jane since", ["by:jane|since", "since:"]],
    ["by:jane since mine", ["by:jane|since", "since:", "mine!"]],
    ["by:jane document x", ["by:jane|document", "document:x"]],
    ["target:a region us-east-1", ["target:a|region", "region:us-east-1"]],
    ["target:a route b", ["target:a|route", "route:b"]],
    ["route:a target b", ["route:a|target", "target:b"]],
    ["route:a by b", ["route:a|by", "by:b"]],
    ["route:a account 111122223333", ["route:a|account", "?account", "?111122223333"]],
    ["by document x", ["by:", "document:x"]],
    ["by, document x", ["?by,", "document:x"]],
  ],
};
for (const [claim, cases] of Object.entries(CASES))
  test(`the words of a command are divided into parts: ${claim}`, () => {
    for (const [typed, parts] of cases) assert.deepEqual(divide(typed), parts, typed);
  });

test("a command without filters gets its words as they are", () => {
  const rules: PartRules = { filters: [], flags: ["share"], parsers };
  assert.deepEqual(divide("Prod , DB older 2h share", rules), ["?Prod", "?,", "?DB", "?older", "?2h", "share!"]);
});
