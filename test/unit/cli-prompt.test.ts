import assert from "node:assert/strict";
import { PassThrough, Writable } from "node:stream";
import { test } from "node:test";
import { makePrompt } from "../../src/cli/prompt.ts";

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
