import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { describeEarlyEnd } from "../../src/cli/end-early.ts";
import { migrateOnly } from "../../src/store/schema-state.ts";
import { childEnvironment } from "../support/child-environment.ts";
import { FULL_MATRIX } from "../support/full-matrix.ts";
import { sqliteFile } from "../support/stores.ts";

const PROGRAM = new URL("../../src/cli/main.ts", import.meta.url).pathname;

/** An error with these members, as Node, SQLite, PostgreSQL or AWS throws it. */
const anError = (message: string, members: object) => Object.assign(new Error(message), members);

const SENTENCES: [Error, RegExp][] = [
  [
    anError("ENOENT: no such file or directory, open '/x/a.yml'", { code: "ENOENT" }),
    /\(ENOENT: no such file or directory, open '\/x\/a\.yml'\)\. Check that the path exists and that your user can read/,
  ],
  [anError("write ENOSPC", { code: "ENOSPC" }), /\(write ENOSPC\)\. Free some space, and run the command again\.$/],
  [
    anError("database is locked", { code: "ERR_SQLITE_ERROR", errcode: 261 }),
    /\(database is locked\)\. Run the command again when the database is less busy\.$/,
  ],
  [
    anError("canceling statement due to statement timeout", { code: "57014" }),
    /timeout\)\. Run the command again when the database is less busy\.$/,
  ],
  [anError("invalid page in block 3", { code: "XX001" }), /Check the disk, or restore a backup, and run the command/],
  [
    anError("not authorized", { name: "AccessDeniedException" }),
    /Grant the permission, and run .* docs\/permissions\.md and docs\/operations\.md list the permissions\.$/,
  ],
  [anError("Request aborted", { name: "AbortError" }), /\(Request aborted\)\. The command was stopped\. Run/],
  [new DOMException("aborted", "AbortError"), /\(aborted\)\. The command was stopped\. Run/],
  [anError("wrong key", { name: "SignatureDoesNotMatch" }), /Check the AWS credentials and the network of this/],
  [anError("expired", { name: "ExpiredTokenException" }), /Check the AWS credentials and the network of this/],
];

for (const [error, expected] of SENTENCES)
  test(`"${error.message}" ends a command in one sentence with the next step`, () => {
    const text = describeEarlyEnd("audit verify", error);
    assert.match(text, /^countersign audit verify ended early \(/);
    assert.match(text, expected);
  });

test("an error without a known next step has its place for a report; no error shows a secret or a second line", () => {
  assert.match(
    describeEarlyEnd("doctor", new TypeError("x is\nno function")),
    /^countersign doctor ended early \(x is no function, at cli-early-end\.test\.ts:\d+\)\. Run the command again\. If it/,
  );
  const text = describeEarlyEnd("migrate", new Error("password hunter2-orders failed"), ["hunter2-orders"]);
  assert.ok(text.includes("password (hidden) failed") && !text.includes("hunter2"), text);
  assert.match(describeEarlyEnd("init", "text"), /^countersign init ended early \(text\)\. /);
});

/** Of `npm test`: the first two. */
const COMMANDS = [
  ["audit", "verify"],
  ["policy", "explain", "--document", "Prod-DB"],
  ["audit", "find"],
  ["audit", "export"],
  ["audit", "show", "00000000"],
  ["policy", "check"],
  ["migrate"],
  ["doctor"],
  ["init"],
  ["verify-aws", "--yes"],
];

/** Throws as soon as the command expects errors: without that, the command would end as usual. */
const FAILING = `const on = process.on;
process.on = function (name, listener) {
  const result = on.call(this, name, listener);
  if (name === "uncaughtException") throw new TypeError("unforeseen");
  return result;
};`;

test("an unforeseen error ends every command in one sentence, with code 2 and without a stack trace", async () => {
  for (const words of COMMANDS.slice(0, FULL_MATRIX ? COMMANDS.length : 2)) {
    const args = ["--import", `data:text/javascript,${encodeURIComponent(FAILING)}`, PROGRAM, ...words];
    const env = { ...childEnvironment(), AWS_REGION: "us-east-1", DATABASE_URL: "sqlite:/no-such-folder/a.db" };
    const { code, text } = await new Promise<{ code: unknown; text: string }>((resolve) =>
      execFile(process.execPath, args, { env, cwd: "/" }, (error, stdout, stderr) =>
        resolve({ code: error?.code, text: stdout + stderr }),
      ),
    );
    const name = words.slice(0, words[0] === "audit" || words[0] === "policy" ? 2 : 1).join(" ");
    assert.equal(code, 2, `${name}: ${text}`);
    assert.doesNotMatch(text, /^\s+at /m);
    assert.match(text, new RegExp(`^countersign ${name} ended early \\(unforeseen.*report this message`, "m"));
  }
});

test("a command whose reader has left keeps the exit code of its result", async () => {
  const child = spawn(process.execPath, [PROGRAM, "doctor"], {
    env: childEnvironment(),
    cwd: "/",
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.destroy();
  let text = "";
  child.stderr.on("data", (data) => (text += data));
  const [code] = await once(child, "close");
  assert.equal(code, 2, "the configuration is wrong");
  assert.equal(text, "");
});

test("audit commands say in one sentence that a table cannot be read, or that their output has no room", async (t) => {
  const database = sqliteFile();
  t.after(() => database.remove());
  await migrateOnly(database.dialect());
  const run = async (words: string[], stdout: "pipe" | number = "pipe") => {
    const child = spawn(process.execPath, [PROGRAM, "audit", ...words], {
      env: { ...childEnvironment(), DATABASE_URL: `sqlite:${database.path}` },
      stdio: ["ignore", stdout, "pipe"],
    });
    let text = "";
    child.stderr?.on("data", (data) => (text += data));
    const [code] = await once(child, "close");
    return { code, text };
  };
  // Source: Linux manual, full(4).
  const full = openSync("/dev/full", "w");
  const noRoom = await run(["export", "--format", "csv"], full);
  closeSync(full);
  assert.equal(noRoom.code, 2);
  assert.match(noRoom.text, /^countersign audit export ended early \(.*ENOSPC.*\)\. Free some space, and run .*\n$/);

  const db = new DatabaseSync(database.path);
  db.exec("alter table audit rename column actor to person");
  db.close();
  const { code, text } = await run(["verify"]);
  assert.equal(code, 2);
  assert.match(
    text,
    /^countersign audit verify ended early \(no such column: actor, at .*\)\. Run the command again.*\n$/,
  );
});
