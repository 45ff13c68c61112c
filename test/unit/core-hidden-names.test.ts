import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_HIDDEN_NAMES, makeNameTest } from "../../src/core/hidden-names.ts";

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
