import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseDatabaseUrl } from "../../src/config/variable-formats.ts";

describe("DATABASE_URL:", () => {
  const rows: [string, object | string][] = [
    ["sqlite:countersign.db", { kind: "sqlite", path: "countersign.db" }],
    ["sqlite:./data/a b.db", { kind: "sqlite", path: "./data/a b.db" }],
    ["sqlite:/var/lib/c.db", { kind: "sqlite", path: "/var/lib/c.db" }],
    ["sqlite:///var/lib/c.db", { kind: "sqlite", path: "/var/lib/c.db" }],
    ["postgres://u:p@h:5432/d", { kind: "postgres", url: "postgres://u:p@h:5432/d" }],
    ["postgresql://h/d", { kind: "postgres", url: "postgresql://h/d" }],
    ["sqlite:", "There is no path after sqlite:."],
    ["sqlite://c.db", "A host follows sqlite://, but SQLite has no hosts."],
    ["sqlite::memory:", "A database in memory loses every vote and message when the bot restarts."],
    ["mysql://h/d", "It begins with neither sqlite: nor postgres://."],
  ];
  for (const [text, expected] of rows)
    test(text, () => {
      const parsed = parseDatabaseUrl(text);
      assert.deepEqual("value" in parsed ? parsed.value : parsed.what, expected);
    });
});
