import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_HIDDEN_NAMES, makeNameTest, normalizeName } from "../../src/core/hidden-names.ts";

test("the default hides the usual names of secrets, without case, underscores and hyphens", () => {
  const hides = makeNameTest(DEFAULT_HIDDEN_NAMES);
  const hidden = [
    "DbPasswd",
    "Pwd",
    "ApiKey",
    "API_KEY",
    "x-api-key",
    "PrivateKey",
    "PRIVATE-KEY",
    "Passphrase",
    "Credentials",
    "ConnectionString",
    "DB_CONNECTION_STRING",
    "Authorization",
    "AWS_SECRET_ACCESS_KEY",
    "accessKeyId",
    "pass_word",
    "sessionToken",
    `${"x".repeat(200)}secret`,
  ];
  for (const name of hidden) assert.ok(hides(name), name);
  for (const name of ["Pass", "Key", "Environment", "InstanceId", "Author", "Monkey", "", "Api"])
    assert.ok(!hides(name), name);
});

test("a glob may be written in any case and with underscores, too", () => {
  const hides = makeNameTest(["DB_Pin*"]);
  assert.ok(hides("dbpin-code") && hides("DB-PIN") && !hides("pin"));
});

test("a long list of names is compared without remembering all of them", () => {
  const hides = makeNameTest(["*secret*"]);
  for (let index = 0; index < 20_000; index++) assert.equal(hides(`name${index}`), false);
  assert.ok(hides("secret1"));
});

test("names are compared in lower case and without underscores and hyphens, by their first 256 characters", () => {
  const table: [string, string][] = [
    ["DB_PASSWORD", "dbpassword"],
    ["db-Password", "dbpassword"],
    ["-_a_-", "a"],
    ["Straße", "straße"],
    [`${"x".repeat(255)}yz`, `${"x".repeat(255)}y`],
  ];
  for (const [name, normalized] of table) assert.equal(normalizeName(name), normalized);
});

/** Globs, the names that each hides, and the names that it does not hide. */
const GLOBS: [glob: string, hidden: string[], visible: string[]][] = [
  ["*api*key*", ["apikey", "myApiOrKeys", "API-KEY"], ["key of api", "api", "keyapi", "apike"]],
  ["*aba*ba*", ["abaxba", "xababax"], ["aba", "abab", "baaba"]],
  ["*token*token*", ["tokentoken", "token of a token"], ["token", "tokentoke"]],
  ["token", ["token", "TOKEN"], ["tokens", "mytoken"]],
  ["*token", ["token", "mytoken"], ["tokens"]],
  ["token*", ["token", "tokens"], ["mytoken"]],
  ["*p?n*", ["pin", "mypens"], ["pn", "p?", "paan"]],
  ["*??*", ["ab", "abc"], ["a"]],
  ["db*pin*", ["dbpin", "db-my-pins"], ["mydbpin"]],
  ["*db*pin", ["dbpin", "my-db-my-pin"], ["dbpins"]],
  ["*", ["", "anything"], []],
  ["**", ["", "anything"], []],
];

for (const [glob, hidden, visible] of GLOBS)
  test(`the glob ${glob} hides exactly the names that it matches, at each call`, () => {
    const hides = makeNameTest([glob, "never"]);
    for (const _call of [1, 2]) {
      for (const name of hidden) assert.equal(hides(name), true, name);
      for (const name of visible) assert.equal(hides(name), false, name);
    }
  });
