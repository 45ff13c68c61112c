import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MASK, makeMask } from "../../src/core/mask.ts";

const GLOBS = ["*password*"];
const bytes = (text: string, encoding: BufferEncoding) => Buffer.from(text, "base64").toString(encoding);
const LONG = "arn:aws:ssm:eu-west-1:111122223333:parameter/production/databases/orders/primary";

/** Hidden values that a requester could choose to hide a visible value or the question around it. */
const ATTACKS: [what: string, hidden: string[], visible: string, text: string][] = [
  ["without its last character", ["orders-primar"], "orders-primary", "Restart orders-primary?"],
  ["without its first character", ["rders-primary"], "orders-primary", "Restart orders-primary?"],
  ["one of the words that it joins", ["orders", "primary"], "orders-primary", "Restart orders-primary?"],
  ["a part in another case", ["ORDERS-PRIMAR"], "orders-primary", "Restart orders-primary?"],
  ["decoded from base64", [bytes("orders-primary", "latin1")], "orders-primary", "Restart orders-primary?"],
  ["decoded from base64, of one word", [bytes("production", "latin1")], "production", "Restart production?"],
  ["a part of it decoded", [bytes("orders-primary", "latin1").slice(1, 8)], "orders-primary", "Stop orders-primary?"],
  ["decoded from base64, of a part", [bytes("databases", "latin1")], "prod databases x", "Drop prod databases x?"],
  ["decoded from a URL", ["orders primary"], "orders%20primary", "Restart orders%20primary?"],
  ["decoded from JSON", ['orders"primary'], 'orders\\"primary', 'Restart orders\\"primary?'],
  ["with more after the same beginning", [LONG, `${LONG}x`], LONG, `Delete ${LONG}`],
];

for (const [what, hidden, visible, text] of ATTACKS) {
  test(`a hidden value that is a visible value ${what} hides nothing, and the hidden parameter is named`, () => {
    const mask = makeMask(GLOBS, { parameters: { Password: hidden, Visible: [visible] } });
    assert.equal(mask.text(visible), visible);
    assert.equal(mask.text(text), text);
    assert.deepEqual(mask.notReplaced(), ["Password"]);
  });
}

test("a hidden value that contains a visible value, or overlaps it, hides only the words around it", () => {
  const hidden = [
    "Drop the database orders-primary",
    "orders-primary with all data",
    "Really drop the database orders-pri",
  ];
  for (const [index, value] of hidden.entries()) {
    const mask = makeMask(GLOBS, { parameters: { Password: [value], Id: ["orders-primary"], Mode: ["all"] } });
    const shown = mask.text("Really drop the database orders-primary with all data?");
    assert.ok(shown.includes("orders-primary") && shown.includes("all") && shown.includes(MASK), `${index} ${shown}`);
    assert.equal(mask.text("orders-primary"), "orders-primary");
  }
});

test("nothing in an allowed value is replaced, also no whole word", () => {
  const mask = makeMask(GLOBS, { parameters: { Password: ["primary cluster"] } }, ["the primary cluster of orders"]);
  assert.equal(mask.text("Stop the primary cluster of orders?"), "Stop the primary cluster of orders?");
  assert.equal(mask.text("a primary cluster"), `a ${MASK}`);
  assert.deepEqual(mask.notReplaced(), ["Password"]);
});

/** Secrets in visible values: the value, and the text that must be shown. */
const SECRETS: [visible: string, shown: string][] = [
  ["postgres://jane:hunter2@db/orders", `postgres://jane:${MASK}@db/orders`],
  ["login --with hunter2 now", `login --with ${MASK} now`],
  ['{"note":"first\\nhunter2"}', `{"note":"first\\n${MASK}"}`],
  ["?a=1&b=hunter2", `?a=1&b=${MASK}`],
  ["?p=a%20hunter2", `?p=a%20${MASK}`],
  [`Basic ${Buffer.from("jo:hunter2").toString("base64url")}`, `Basic ${MASK}`],
];

for (const [visible, shown] of SECRETS) {
  test(`a secret that is a whole word of the visible value ${visible} is hidden there and in every text`, () => {
    const mask = makeMask(GLOBS, { parameters: { Password: ["hunter2"], Visible: [visible] } });
    assert.equal(mask.text(visible), shown);
    assert.equal(mask.text(`see ${visible}`), `see ${shown}`);
    assert.equal(mask.text("use xhunter2x"), `use x${MASK}x`);
  });
}

/** JSON in which the name of a hidden value is in another member of the same object. */
const NAMED: string[] = [
  '{"name":"DB_PASSWORD","type":"PLAINTEXT","value":"hunter2"}',
  '{"value":"hunter2","type":"PLAINTEXT","name":"DB_PASSWORD"}',
  '[{"name":"STAGE","type":"PLAINTEXT","value":"prod"},{"name":"DB_PASSWORD","type":"PLAINTEXT","value":"hunter2"}]',
  '{"containers":[{"environment":[{"Key":"DB_PASSWORD","Note":"of 2024","Value":{"current":"hunter2"}}]}]}',
];

for (const visible of NAMED) {
  test(`the visible parameter ${visible} hides the value that belongs to the hidden name, there and in every text`, () => {
    const mask = makeMask(GLOBS, { parameters: { Variables: [visible] } });
    assert.equal(mask.text(visible), visible.replace("hunter2", MASK));
    assert.equal(mask.text("run with hunter2, PLAINTEXT"), `run with ${MASK}, PLAINTEXT`);
    assert.deepEqual(mask.notReplaced(), []);
  });
}

test("a member that belongs to a hidden name hides no other member of the same parameter", () => {
  const visible = '{"name":"DB_PASSWORD","stage":"prod","value":"prod"}';
  const mask = makeMask(GLOBS, { parameters: { Variables: [visible] } });
  assert.equal(mask.text("Restart prod?"), "Restart prod?");
  assert.deepEqual(mask.notReplaced(), ["DB_PASSWORD"]);
});

test("a visible value does not show a part of a longer secret in the same word", () => {
  const mask = makeMask(GLOBS, {
    parameters: { Password: ["administrator-2024!", "my-prod-pass"], User: ["administrator"], Environment: ["prod"] },
  });
  assert.equal(mask.text("use administrator-2024! or my-prod-pass"), `use ${MASK} or ${MASK}`);
});

test("a visible value is shown wherever it is a word of its own, whatever part of the text is hidden", () => {
  const word = fc.stringMatching(/^[a-z]{3,6}-[a-z]{3,6}$/);
  const text = fc.tuple(
    fc.constantFrom("Drop ", "Drop the database ", ""),
    word,
    fc.constantFrom("?", " now?", ", really?"),
  );
  fc.assert(
    fc.property(text, fc.array(fc.tuple(fc.nat(40), fc.nat(40)), { minLength: 1, maxLength: 4 }), (parts, cuts) => {
      const whole = parts.join("");
      const value = parts[1];
      const hidden = cuts.map(([from, length]) => whole.slice(from, from + 3 + length)).filter((each) => each !== "");
      const mask = makeMask(GLOBS, { parameters: { Password: hidden, Visible: [value] } });
      assert.ok(mask.text(whole).includes(value), JSON.stringify({ whole, hidden, shown: mask.text(whole) }));
      assert.equal(mask.text(value), value);
    }),
    { numRuns: 500 },
  );
});
