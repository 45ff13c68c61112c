import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type FormState, makeSignedFormState } from "../../src/slack/listeners/signed-form-state.ts";

const ORIGIN: FormState = {
  purpose: "form",
  requestId: "r-1",
  verdict: "reject",
  authority: "approver",
  channelId: "C0PROD",
  messageTs: "1.2",
  nonce: "n-1",
};

test("a form comes back to the same person as it was written", () => {
  const formState = makeSignedFormState("xoxb-1");
  assert.deepEqual(formState.read(formState.write(ORIGIN, "U0JANE"), "U0JANE", "form"), ORIGIN);
});

test("another person, another purpose, another bot and another text read nothing", () => {
  const formState = makeSignedFormState("xoxb-1");
  const text = formState.write(ORIGIN, "U0JANE");
  assert.equal(formState.read(text, "U0OMAR", "form"), null);
  assert.equal(formState.read(text, "U0JANE", "details"), null);
  assert.equal(makeSignedFormState("xoxb-2").read(text, "U0JANE", "form"), null);
  for (const other of ["", "{", "null", "7", "[]", "{}", JSON.stringify(ORIGIN)])
    assert.equal(formState.read(other, "U0JANE", "form"), null, other);
});

test("whatever part is changed, the signature is no longer valid", () => {
  const formState = makeSignedFormState("xoxb-1");
  const written = JSON.parse(formState.write(ORIGIN, "U0JANE"));
  const part = fc.constantFrom(...Object.keys(written));
  fc.assert(
    fc.property(part, fc.jsonValue(), (key, value) => {
      fc.pre(written[key] !== value);
      assert.equal(formState.read(JSON.stringify({ ...written, [key]: value }), "U0JANE", "form"), null);
    }),
  );
});
