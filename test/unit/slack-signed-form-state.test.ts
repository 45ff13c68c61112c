import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type FormState, makeSignedFormState } from "../../src/slack/listeners/signed-form-state.ts";

const ORIGIN: FormState = {
  purpose: "form",
  requestId: "r-1",
  verdict: "reject",
  authority: "approver",
  origin: { kind: "message", channelId: "C0PROD", ts: "1.2" },
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

test("a form of a command does not become one of a message, nor the other way round", () => {
  const forms = makeSignedFormState("xoxb-1");
  const command = { kind: "command", channelId: "C0PROD" } as const;
  for (const [origin, other] of [
    [ORIGIN.origin, command],
    [command, { ...command, kind: "message", ts: "1.2" }],
    [command, { ...command, kind: "message", ts: "" }],
    [command, { ...command, channelId: "C0ELSE" }],
    [ORIGIN.origin, { ...ORIGIN.origin, ts: "1.3" }],
    [ORIGIN.origin, { ...ORIGIN.origin, channelId: "C0ELSE" }],
    [command, { ...command, more: 1 }],
  ] as const) {
    const written = forms.write({ ...ORIGIN, origin }, "U0JANE");
    assert.deepEqual(forms.read(written, "U0JANE", "form")?.origin, origin);
    const changed = JSON.stringify({ ...JSON.parse(written), origin: other });
    assert.equal(forms.read(changed, "U0JANE", "form"), null, changed);
  }
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
