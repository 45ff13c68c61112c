import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseDuration, parseMoment } from "../../src/core/command-times.ts";
import { nameMatches } from "../../src/core/name-filter.ts";
import { type Command, parseCommand } from "../../src/core/slash-command.ts";

/** Thursday, 26 November 2026, 15:30 in Tokyo. */
const TIME = { now: Date.UTC(2026, 10, 26, 6, 30), zone: "Asia/Tokyo" };
const TOKYO = 9 * 3_600_000;
const day = (date: number) => Date.UTC(2026, 10, date) - TOKYO;

const parsed = (text: string): Command => {
  const result = parseCommand(text, TIME);
  assert.ok(result.kind === "command", `${text}: ${JSON.stringify(result)}`);
  return result.command;
};
const error = (text: string) => {
  const result = parseCommand(text, TIME);
  assert.ok(result.kind === "error", `${text}: ${JSON.stringify(result)}`);
  return result.error;
};

const COMMANDS: [text: string, expected: Partial<Command>][] = [
  ["", { name: "pending", filters: {} }],
  ["  PENDING  ", { name: "pending" }],
  ["mine", { name: "pending", mine: true }],
  ["account:111122223333", { name: "pending", filters: { account: "111122223333" } }],
  ["pending account: 1111-2222-3333 mine", { filters: { account: "111122223333" }, mine: true }],
  ["pending region:eu-west-1 target:production", { filters: { region: "eu-west-1", target: "production" } }],
  ['pending route:"production databases"', { filters: { route: "production databases" } }],
  ["pending route:“production databases” share", { filters: { route: "production databases" }, share: true }],
  ["pending route:production databases share", { filters: { route: "production databases" }, share: true }],
  ["pending route:„production databases“", { filters: { route: "production databases" } }],
  ["pending route:‘production databases’", { filters: { route: "production databases" } }],
  ['pending route:"share"', { filters: { route: "share" }, share: false }],
  ["pending document：Prod-DB-*", { filters: { document: "Prod-DB-*" } }],
  ["pending older:90m", { filters: { older: 90 * 60_000 } }],
  ["pending older:2 days", { filters: { older: 2 * 86_400_000 } }],
  ["pending older: 2 days", { filters: { older: 2 * 86_400_000 } }],
  ['pending older:"1h 30m"', { filters: { older: 90 * 60_000 } }],
  ["pending older:1h 30m", { filters: { older: 90 * 60_000 } }],
  ["pending older: 1 hour, 30 minutes mine", { filters: { older: 90 * 60_000 }, mine: true }],
  ["pending older 1 hour and 30 minutes", { filters: { older: 90 * 60_000 } }],
  ["pending older than 2h, mine", { filters: { older: 2 * 3_600_000 }, mine: true }],
  ["pending older 2h target production", { filters: { older: 2 * 3_600_000, target: "production" } }],
  ["pending route:production databases older 2h", { filters: { route: "production databases", older: 2 * 3_600_000 } }],
  ['pending route "production databases" mine', { filters: { route: "production databases" }, mine: true }],
  ['pending route:"older 2h"', { filters: { route: "older 2h" } }],
  ["pending account 1111 2222 3333 region us-east-1", { filters: { account: "111122223333", region: "us-east-1" } }],
  ["pending, older:2h, account:111122223333", { filters: { older: 2 * 3_600_000, account: "111122223333" } }],
  ["older 90m", { name: "pending", filters: { older: 90 * 60_000 } }],
  ["show `4F2A91C7`", { name: "show", words: "4F2A91C7" }],
  ["show https://eu-west-1.console.aws.amazon.com/x", { words: "https://eu-west-1.console.aws.amazon.com/x" }],
  [
    "show <https://acme.slack.com/archives/C1/p1|a link> share",
    { words: "<https://acme.slack.com/archives/C1/p1|a link>", share: true },
  ],
  ["policy Prod-DB-Restart", { name: "policy", words: "Prod-DB-Restart" }],
  ["executions status:failed", { name: "executions", filters: { status: ["Failed"] } }],
  ["executions status:failed,timed-out", { filters: { status: ["Failed", "TimedOut"] } }],
  ["executions status:failed, timed-out", { filters: { status: ["Failed", "TimedOut"] } }],
  [
    "executions status: failed , timed-out , since 1h",
    { filters: { status: ["Failed", "TimedOut"], since: TIME.now - 3_600_000 } },
  ],
  [
    "executions status failed timed out document Prod-DB-*",
    { filters: { status: ["Failed", "TimedOut"], document: "Prod-DB-*" } },
  ],
  ["executions status:timed out or failed", { filters: { status: ["TimedOut", "Failed"] } }],
  ["executions status:running since:1h", { filters: { status: ["InProgress"], since: TIME.now - 3_600_000 } }],
  ["history by:<@U0JANE>", { name: "history", filters: { by: { kind: "id", id: "U0JANE" } } }],
  ["history by:<@U0JANE|jane ito>", { filters: { by: { kind: "id", id: "U0JANE" } } }],
  ["history by: &lt;@W0JANE|jane&gt;", { filters: { by: { kind: "id", id: "W0JANE" } } }],
  ["history by:U0JANE", { filters: { by: { kind: "id", id: "U0JANE" } } }],
  ["history by:WENDY", { filters: { by: { kind: "name", name: "WENDY" } } }],
  ["history by:@URSULA JONES", { filters: { by: { kind: "name", name: "URSULA JONES" } } }],
  ["history by:<@UABCDEFGH>", { filters: { by: { kind: "id", id: "UABCDEFGH" } } }],
  ["history by:@Jane Ito", { filters: { by: { kind: "name", name: "Jane Ito" } } }],
  ["history by:@jane since yesterday", { filters: { by: { kind: "name", name: "jane" }, since: day(25) } }],
  ["history by:@Jane Ito until 2026-11-20", { filters: { by: { kind: "name", name: "Jane Ito" }, until: day(21) } }],
  [
    "history by <@U0JANE|jane ito> since yesterday until today",
    { filters: { by: { kind: "id", id: "U0JANE" }, since: day(25), until: day(27) } },
  ],
  ["history by <@U0JANE|jane>, document Prod-*", { filters: { by: { kind: "id", id: "U0JANE" }, document: "Prod-*" } }],
  [
    "history by:@Jane Ito outcome timed out",
    { filters: { by: { kind: "name", name: "Jane Ito" }, outcome: "timed-out" } },
  ],
  ['history by:"Ito, Jane"', { filters: { by: { kind: "name", name: "Ito, Jane" } } }],
  ["history by:me document Prod-*", { filters: { by: { kind: "me" }, document: "Prod-*" } }],
  ["history by:me", { filters: { by: { kind: "me" } } }],
  ["history since:yesterday", { filters: { since: day(25) } }],
  ["history since yesterday", { filters: { since: day(25) } }],
  [
    "history since 2 days ago until 2026-11-26 09:15",
    { filters: { since: TIME.now - 2 * 86_400_000, until: day(26) + 9.25 * 3_600_000 } },
  ],
  ["history since:1h 30m", { filters: { since: TIME.now - 90 * 60_000 } }],
  ["history since:2 days ago", { filters: { since: TIME.now - 2 * 86_400_000 } }],
  ["history since:2026-11-20 until:2026-11-21", { filters: { since: day(20), until: day(22) } }],
  ["history since:2026-11-20 09:15", { filters: { since: day(20) + 9.25 * 3_600_000 } }],
  ["history since last monday until yesterday", { filters: { since: day(23), until: day(26) } }],
  ["history since:mon", { filters: { since: day(23) } }],
  ["history since:thursday", { filters: { since: day(19) } }],
  ["history outcome:timeout", { filters: { outcome: "timed-out" } }],
  ["history outcome:Break-Glass", { filters: { outcome: "break-glass" } }],
  ["stats", { name: "stats", filters: {} }],
  ["health share", { name: "health", share: true }],
  ["help", { name: "help" }],
];
for (const [text, expected] of COMMANDS)
  test(`the command "${text}" is understood`, () => {
    const command = parsed(text);
    assert.deepEqual({ ...command, ...expected }, command);
  });

const ERRORS: [text: string, argument: string, problem: RegExp, example: RegExp][] = [
  ["pendign", "pendign", /Did you mean `pending`\?/, /^pending/],
  ["xyzzy", "xyzzy", /not a command/, /^help/],
  ["pending foo", "foo", /not a filter of `pending`/, /^pending/],
  ["pending acount:1", "acount:", /Did you mean `account:`\?/, /^pending account:\d{12}$/],
  ["pending since:1h", "since:", /not a filter of `pending`/, /^pending/],
  ["pending account:12", "account:", /12 digits/, /^pending account:\d{12}$/],
  ["pending older:soon", "older:", /not a duration/, /^pending older:1h$/],
  ["pending older:1h 2h", "2h", /not a filter of `pending`/, /^pending/],
  ["pending older:2h 1d", "1d", /not a filter of `pending`/, /^pending/],
  ["pending older mine", "older:", /no value/, /^pending older:1h$/],
  ["pending document:a, b", "document:", /one name/, /^pending document:/],
  ["pending region:us-east-1, eu-west-1 mine", "region:", /one name/, /^pending region:/],
  ["pending route:production target db", "route:", /quotes.*`target:`/, /^pending route:"/],
  ["pending route:production since yesterday", "route:", /quotes.*`since:`/, /^pending route:"/],
  ["pending older:2h since yesterday", "since", /not a filter of `pending`/, /^pending/],
  ["history by:@jane document Prod-*", "by:", /quotes.*`document:`/, /^history by:"/],
  ["history by:@jane since", "by:", /quotes.*`since:`/, /^history by:"/],
  ["history by:@jane since the release", "by:", /quotes.*`since:`/, /^history by:"/],
  ["history by:@jane, @joe", "by:", /one person/, /^history by:/],
  ["history by:<@U0JANE>, <@U0JOE>", "by:", /one person/, /^history by:/],
  ["history by:<@U0JANE> foo", "foo", /not a filter of `history`/, /^history/],
  ["history outcome:rejected, failed", "outcome:", /one outcome/, /^history outcome:/],
  ["executions status:failed, foo", "status:", /not a status/, /^executions status:/],
  ["executions status:failed foo", "foo", /not a filter of `executions`/, /^executions/],
  ["pending older:0m", "older:", /not a duration/, /^pending older:1h$/],
  ["pending older:", "older:", /no value/, /^pending older:1h$/],
  ["pending older:1h older:2h", "older:", /twice/, /^pending older:1h$/],
  ["show", "ID", /missing/, /^show /],
  ["policy share", "ID", /missing/, /^policy /],
  ["executions status:fail", "status:", /Did you mean `Failed`\?/, /^executions status:/],
  ["history since:tomorrow", "since:", /not a past time/, /^history since:/],
  ["history since:2026-02-30", "since:", /not a past time/, /^history since:/],
  ["history since:2099-01-01", "since:", /future/, /^history since:/],
  ["history since:today until:yesterday", "until:", /earlier than `since:`/, /^history since:\S+ until:/],
  ["history by:@", "by:", /not a person/, /^history by:@jane$/],
  ["stats outcome:x", "outcome:", /not a filter of `stats`/, /^stats/],
  ["history outcome:aproved", "outcome:", /Did you mean `approved`\?/, /^history outcome:/],
  ["a".repeat(1_001), "command", /longer than 1000/, /^pending/],
];
for (const [text, argument, problem, example] of ERRORS)
  test(`the command "${text.slice(0, 40)}" gets an error that names ${argument}`, () => {
    const found = error(text);
    assert.equal(found.argument, argument);
    assert.match(found.problem, problem);
    assert.match(found.example, example);
  });

test("any text is a command or an error that names an argument and a command that works", () => {
  const piece = fc.oneof(
    fc.constantFrom("pending", "show", "history", "executions", "stats", "policy", "health", "mine", "share", "since:"),
    fc.constantFrom("by:", "older:", "until:", "status:", '"', "“", "'", "`", "<@U0JANE|", ">", "<", "2 days", "ago"),
    fc.constantFrom(
      "since",
      "by",
      "older",
      "route",
      "target:",
      "document",
      ",",
      "failed,",
      "than",
      "and",
      "1h",
      "30m",
      "me",
    ),
    fc.constantFrom("2026-11-20", "yesterday", "account:", "&lt;", "：", "__proto__", "constructor:", "\u200B"),
    fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)), maxLength: 12 }),
  );
  const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(" "));
  const zone = fc.constantFrom("Asia/Tokyo", "America/New_York", "No/Zone");
  fc.assert(
    fc.property(text, zone, fc.integer({ min: 0, max: 4e12 }), (input, name, now) => {
      const result = parseCommand(input, { now, zone: name });
      if (result.kind === "command") {
        const again = parseCommand(result.command.text, { now, zone: name });
        assert.ok(again.kind === "command", `${result.command.text}: ${JSON.stringify(again)}`);
        assert.equal(again.command.name, result.command.name);
        assert.deepEqual(again.command.filters, result.command.filters);
        assert.equal(again.command.mine, result.command.mine);
        return;
      }
      assert.notEqual(result.error.argument, "");
      assert.notEqual(result.error.problem, "");
      assert.equal(parseCommand(result.error.example, TIME).kind, "command", result.error.example);
    }),
  );
});

test("a day begins at midnight of the person, also where clocks change", () => {
  const at = (zone: string, text: string, now = Date.UTC(2026, 10, 1, 12)) => parseMoment(text, { now, zone }, "start");
  assert.equal(at("Etc/UTC", "today"), Date.UTC(2026, 10, 1));
  assert.equal(at("America/New_York", "2026-11-01"), Date.UTC(2026, 10, 1, 4));
  assert.equal(at("America/New_York", "2026-11-02"), Date.UTC(2026, 10, 2, 5));
  assert.equal(at("Asia/Kolkata", "2026-11-02"), Date.UTC(2026, 10, 1, 18, 30));
  assert.equal(at("No/Zone", "2026-11-02"), Date.UTC(2026, 10, 2));
  assert.equal(at("Europe/Berlin", "yesterday", Date.UTC(2026, 9, 25, 22, 30)), Date.UTC(2026, 9, 23, 22));
});

test("a duration is a number with a unit, and nothing else", () => {
  const HOUR = 3_600_000;
  for (const [text, ms] of [
    ["90m", 1.5 * HOUR],
    ["2 days", 48 * HOUR],
    ["1h30m", 1.5 * HOUR],
    ["1.5 hours", 1.5 * HOUR],
    ["45 sec", 45_000],
    ["1w", 168 * HOUR],
    ["5", null],
    ["h", null],
    ["1h 30m", 1.5 * HOUR],
    ["1 hour and 30 minutes", 1.5 * HOUR],
    ["1h, 30m", 1.5 * HOUR],
    ["1h 2h", null],
    ["30m 1h", null],
    ["1h and", null],
    ["1 fortnight", null],
    ["1h foo", null],
    ["999999w", null],
    ["-1h", null],
  ] as const)
    assert.equal(parseDuration(text), ms, text);
});

test("a name filter means the name, its beginning or a glob, in any case", () => {
  for (const [filter, name, matches] of [
    [undefined, "Prod-DB-Restart", true],
    ["prod-db", "Prod-DB-Restart", true],
    ["restart", "Prod-DB-Restart", false],
    ["*restart", "Prod-DB-Restart", true],
    ["Prod-??-*", "Prod-DB-Restart", true],
    ["prod", null, false],
  ] as const)
    assert.equal(nameMatches(filter, name), matches, `${filter} ${name}`);
});
