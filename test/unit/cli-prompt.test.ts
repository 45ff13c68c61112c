import assert from "node:assert/strict";
import { PassThrough, Writable } from "node:stream";
import { test } from "node:test";
import { makePrompt } from "../../src/cli/prompt.ts";
import { confirm, describeFinding } from "../../src/cli/verify-aws.ts";

function terminal() {
  let shown = "";
  const output = new Writable({
    write(chunk, _, done) {
      shown += chunk;
      done();
    },
  });
  const input = new PassThrough();
  return { prompt: makePrompt(input, output), input, shown: () => shown };
}

test("a secret is not shown while it is typed, and the next answer is", async () => {
  const { prompt, input, shown } = terminal();
  const secret = prompt.askSecret("Bot token:");
  input.write("xoxb-typed-secret\r");
  assert.equal(await secret, "xoxb-typed-secret");
  const plain = prompt.ask("Region:");
  input.write("us-east-1\r");
  assert.equal(await plain, "us-east-1");
  assert.doesNotMatch(shown(), /typed-secret/);
  assert.match(shown(), /Bot token:.*Region:.*us-east-1/s);
  prompt.close();
});

test("the end of the input ends the question", async () => {
  const { prompt, input } = terminal();
  const asked = prompt.ask("Region:");
  input.end();
  await assert.rejects(asked, { name: "InputEnded" });
});

for (const [typed, expected] of [
  ["y\r", true],
  ["Yes \r", true],
  ["n\r", false],
  ["\r", false],
  ["\x03", false],
  ["\x04", false],
  [null, false],
] as const)
  test(`verify-aws takes ${JSON.stringify(typed)} for ${expected ? "yes" : "no"}`, async () => {
    const { prompt, input, shown } = terminal();
    const confirmed = confirm({ region: "eu-west-1" }, prompt);
    if (typed === null) input.end();
    else input.write(typed);
    assert.equal(await confirmed, expected);
    assert.match(shown(), /This creates seven runbooks in eu-west-1, .* Continue\? \[y\/N\]/);
  });

for (const quota of [true, false])
  test(`verify-aws ${quota ? "names" : "does not name"} the executions of --quota ${quota ? "with" : "without"} it`, async () => {
    const { prompt, input, shown } = terminal();
    const confirmed = confirm({ region: "eu-west-1", quota }, prompt);
    input.write("y\r");
    await confirmed;
    const text =
      /--quota also starts 101 executions at once, which can use up the account's quota for a minute\. All of them are canceled\. Continue\?/;
    assert.equal(text.test(shown()), quota, shown());
  });

test("verify-aws prints what is assumed and what was observed, without JSON", () => {
  const finding = {
    name: "stepIds",
    topic: "Ids of steps",
    assumed: "They are new.",
    observed: "They are old.",
  } as const;
  assert.equal(
    describeFinding({ ...finding, holds: false }),
    "DIFFERENT Ids of steps\n          assumed:  They are new.\n          observed: They are old.",
  );
  assert.match(describeFinding({ ...finding, holds: true }), /^same {6}Ids/);
  assert.match(describeFinding({ ...finding, holds: null }), /^\? {9}Ids/);
});
