import assert from "node:assert/strict";
import { test } from "node:test";
import { MASK, makeMask } from "../../src/core/mask.ts";
import { maskExecution } from "../../src/core/mask-execution.ts";
import { anExecution, aStep } from "../support/samples.ts";

const GLOBS = ["*password*", "*token*", "*secret*", "*api*key*", "*private*key*"];
const SECRET = "Zq7-hunter2-Zq7";

/** Each source of a secret that an execution can have. */
const SOURCES: [string, Parameters<typeof anExecution>[0]][] = [
  ["a parameter", { parameters: { DbPassword: ["first", SECRET] } }],
  ["an output of the runbook", { outputs: { "Make.db_password": [SECRET] } }],
  ["a variable", { variables: { dbPassword: [SECRET] } }],
  ["an output of a step", { steps: [aStep({ outputs: { db_password: [SECRET] } })] }],
  ["an input of a step", { steps: [aStep({ inputs: { Token: SECRET } })] }],
  ["a list in an input", { steps: [aStep({ inputs: { Tokens: ["other", SECRET] } })] }],
  ["a member of an input", { steps: [aStep({ inputs: { Env: [{ deep: { API_KEY: SECRET } }] } })] }],
  ["an object under a hidden name", { steps: [aStep({ inputs: { Secrets: { a: { b: SECRET } } } })] }],
  ["the update of a variable", { steps: [aStep({ inputs: { Name: "variable:dbPassword", Value: SECRET } })] }],
  ["a name and a value apart", { steps: [aStep({ inputs: { Env: [{ value: SECRET, name: "DB_PASSWORD" }] } })] }],
  [
    "a name and a value apart in JSON",
    { steps: [aStep({ inputs: { Env: `[{"value":"${SECRET}","id":1.0,"name":"DB_PASSWORD"}]` } })] },
  ],
  ["a member of JSON with a long number", { steps: [aStep({ inputs: { Env: `{"Password":"${SECRET}","V":1.0}` } })] }],
  ["JSON in an output", { steps: [aStep({ outputs: { Out: [`{"Password":"${SECRET}"}`] } })] }],
  ["JSON in the middle of a text", { steps: [aStep({ outputs: { Out: [`INFO got {"Password": "${SECRET}"} ok`] } })] }],
  ["JSON that AWS has cut off", { steps: [aStep({ outputs: { Out: [`{"a": [1, {"Password": "${SECRET}`] } })] }],
  [
    "a name and a value in JSON that AWS has cut off",
    { steps: [aStep({ outputs: { Out: [`{"EnvVariable":"DB_PASSWORD","Value":"${SECRET}","x`] } })] },
  ],
  [
    "JSON in a string of JSON",
    { parameters: { Event: [JSON.stringify({ body: JSON.stringify({ token: SECRET }) })] } },
  ],
  ["a repeated member", { parameters: { Conf: [`{"password":"${SECRET}","password":"second"}`] } }],
  ["the repeated second member", { parameters: { Conf: [`{"password":"first0","password":"${SECRET}"}`] } }],
  ["a name and a value in JSON", { parameters: { Env: [`[{"name":"DB_PASSWORD","value":"${SECRET}"}]`] } }],
  ["an object in JSON", { parameters: { Conf: [`{"secrets": {"a": {"b": ["${SECRET}"]}}, "x": 1}`] } }],
  ["members with single quotes", { steps: [aStep({ outputs: { Out: [`{'password': '${SECRET}', 'x': 1}`] } })] }],
  ["NAME=value", { steps: [aStep({ inputs: { Commands: [`export DB_PASSWORD=${SECRET} && run`] } })] }],
  ["NAME='value'", { steps: [aStep({ inputs: { Commands: [`DB_PASSWORD='${SECRET}' run`] } })] }],
  ["--name=value", { steps: [aStep({ inputs: { Commands: [`login --api-key=${SECRET}`] } })] }],
  ["a connection string", { parameters: { Conn: [`Server=db;Password=${SECRET};Encrypt=yes`] } }],
  ["the query of a URL", { parameters: { Url: [`https://example.com/?api_key=${SECRET}&x=1`] } }],
  ["NAME=value in a failure message", { failureMessage: `cannot log in with PASSWORD=${SECRET}` }],
];

for (const [source, execution] of SOURCES) {
  test(`a secret from ${source} is hidden there, in the message, in other inputs and outputs, and in failures`, () => {
    const extra = aStep({
      name: "other",
      inputs: { Message: `Rotate to ${SECRET}?`, Payload: { text: `use ${SECRET}`, list: [SECRET] } },
      outputs: { Out: [`done with ${SECRET}`] },
      failureMessage: `failed with ${SECRET}`,
    });
    const own = anExecution(execution);
    const all = { ...own, steps: [...own.steps, extra], failureMessage: own.failureMessage ?? `no ${SECRET}` };
    const masked = maskExecution(all, makeMask(GLOBS, all));
    assert.ok(!JSON.stringify(masked).includes(SECRET), JSON.stringify(masked));
    assert.equal(masked.steps.at(-1)?.inputs.Message, `Rotate to ${MASK}?`);
    assert.equal(masked.steps.at(-1)?.failureMessage, `failed with ${MASK}`);
  });
}

const PEM = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\nzxcvbnmasdfghjkl\n-----END KEY-----\n";
const utf8 = (text: string) => Buffer.from(text);

/** Each form in which a text can contain a secret: the hidden value, the text, and what must not be visible. */
const FORMS: [string, secret: string, text: string, absent: string][] = [
  ["without the line break at its end", `${SECRET}\n`, `use ${SECRET}!`, SECRET],
  ["with spaces around it", `  ${SECRET} `, `use ${SECRET}!`, SECRET],
  ["as one line of several", PEM, "line: MIIEvQIBADANBgkqhkiG9w0BAQ.", "MIIEvQIBADANBgkqhkiG9w0BAQ"],
  ["with its lines joined", PEM, PEM.replaceAll("\n", "\\n"), "zxcvbnmasdfghjkl"],
  ["with other line breaks", PEM, PEM.replaceAll("\n", "\r\n    "), "zxcvbnmasdfghjkl"],
  ["in upper case", SECRET, SECRET.toUpperCase(), SECRET.toUpperCase()],
  ["in lower case", SECRET, SECRET.toLowerCase(), SECRET.toLowerCase()],
  ["encoded for a URL", "a b&c/d=é", `?p=${encodeURIComponent("a b&c/d=é")}`, "a%20b%26c%2Fd%3D%C3%A9"],
  ["encoded for a URL in lower case", "a b&c/d=é", "?p=a%20b%26c%2fd%3d%c3%a9", "a%20b%26c"],
  ["encoded for a form", "a b&c/d", `p=${new URLSearchParams({ p: "a b&c/d" })}`, "a+b%26c%2Fd"],
  ["encoded for a URL twice", "a b&c/d", encodeURIComponent(encodeURIComponent("a b&c/d")), "b%2526c"],
  ["as JSON", 'a"b\\c\nd', JSON.stringify({ x: 'a"b\\c\nd' }), 'a\\"b'],
  ["as JSON in JSON", 'a"b\\c\nd', JSON.stringify(JSON.stringify({ x: 'a"b\\c\nd' })), "b\\\\"],
  ["as JSON of ASCII", "pässwörd", '{"x":"p\\u00e4ssw\\u00f6rd"}', "p\\u00e4ssw"],
  ["in base64", SECRET, `echo ${utf8(SECRET).toString("base64")} | base64 -d`, utf8(SECRET).toString("base64")],
  [
    "in base64 for URLs",
    "a?>b~~ü?>c",
    utf8("a?>b~~ü?>c").toString("base64url"),
    utf8("a?>b~~ü?>c").toString("base64url"),
  ],
  [
    "in base64 with a name before it",
    SECRET,
    `Basic ${utf8(`jo:${SECRET}`).toString("base64")}`,
    utf8(`jo:${SECRET}`).toString("base64").slice(8),
  ],
  ["in base64 with more after it", SECRET, utf8(`{"p":"${SECRET}","q":1}`).toString("base64"), "hunter"],
  [
    "in base64 on several lines",
    SECRET,
    utf8(`${"x".repeat(50)}${SECRET}${"y".repeat(50)}`)
      .toString("base64")
      .replaceAll(/.{76}/g, "$&\n"),
    utf8(`${"x".repeat(50)}${SECRET}`)
      .toString("base64")
      .slice(68, 76),
  ],
  [
    "in base64 on two lines, of which the second one is short",
    SECRET,
    utf8(`${"x".repeat(45)}${SECRET}`)
      .toString("base64")
      .replace(/.{76}/, "$&\n"),
    "\n",
  ],
  [
    "in base64 of UTF-16",
    "hunter2-hunter2",
    Buffer.from("hunter2-hunter2", "utf16le").toString("base64"),
    Buffer.from("hunter2-hunter2", "utf16le").toString("base64"),
  ],
  ["with invisible characters", SECRET, "Zq7-hun\u200bter2\u202e-Zq7", "ter2"],
  ["as a number of JSON", "4711.50", '{"pin": 4711.50}', "4711"],
  ["as a number past 2^53", "12345678901234567890", '{"pin": 12345678901234567890}', "1234567890123"],
  ["as a number in a sentence", "48151623", "pin 48151623.", "48151623"],
  ["as a short token", "k3y", "(k3y) and user:k3y@host", "k3y"],
];

for (const [form, secret, text, absent] of FORMS) {
  test(`a secret is found ${form}`, () => {
    const shown = makeMask(GLOBS, { parameters: { DbPassword: [secret] } }).text(text);
    assert.ok(text.includes(absent) || form.includes("more after"), "the example contains it");
    assert.ok(!shown.includes(absent), shown);
    assert.ok(shown.includes(MASK), shown);
  });
}

test("a value under a hidden name is hidden in its own place, whatever it is", () => {
  const mask = makeMask(GLOBS, { parameters: {} });
  const table: [string, string][] = [
    ['{"password":true,"x":1}', `{"password":"${MASK}","x":1}`],
    ['{"password": 4711.50, "x": 1}', `{"password": "${MASK}", "x": 1}`],
    ['{"pass_word":"on"}', `{"pass_word":"${MASK}"}`],
    ['{"tokens":["a",{"b":"]"}],"x":1}', `{"tokens":"${MASK}","x":1}`],
    ['{\\"password\\":\\"a\\\\\\"b\\",\\"x\\":1}', `{\\"password\\":\\"${MASK}\\",\\"x\\":1}`],
    ["PASSWORD=no; x=1", `PASSWORD=${MASK}; x=1`],
    ["API-KEY = 'two words' x", `API-KEY = '${MASK}' x`],
    ["if (token == 1) password !== 2", "if (token == 1) password !== 2"],
    ["Rotate the password: now?", "Rotate the password: now?"],
    ["password=", "password="],
  ];
  for (const [given, expected] of table) assert.equal(mask.text(given), expected);
});

test("members of hidden JSON are learned although a visible text has the same value with its name before it", () => {
  const json = '{"user":"app-rw","pw":"Tr0ub4dor&3xyz"}';
  const parameters = { Environment: [`DB_SECRET=${json}`], DB_SECRET: [json] };
  const shown = makeMask(GLOBS, { parameters }).text("log in with Tr0ub4dor&3xyz as app-rw");
  assert.equal(shown, `log in with ${MASK} as ${MASK}`);
});

test("a value under a hidden name is hidden although JSON has escapes in the name", () => {
  const text = '{"Schl\\u00fcssel":"ab","Region":"eu"}';
  const mask = makeMask(["*schlüssel*"], { parameters: {} });
  assert.equal(mask.text(text), text.replace('"ab"', `"${MASK}"`));
});

test("a name that a script gives to itself is no secret", () => {
  const mask = makeMask(GLOBS, { parameters: { Script: ["connect(password=password, token=db_token)"] } });
  assert.equal(mask.text("Rotate the password?"), "Rotate the password?");
});

test("a short secret is hidden in an input that is raw JSON, where another member names it", () => {
  const env = '[{"value":"ab","id":1.0,"name":"DB_PASSWORD"},{"value":"cd","id":2.0,"name":"REGION"}]';
  const own = anExecution({
    steps: [aStep({ inputs: { Env: env, Conf: '{"Token":"ab","Serial":12345678901234567890}' } })],
  });
  assert.deepEqual(maskExecution(own, makeMask(GLOBS, own)).steps[0]?.inputs, {
    Env: [
      { value: MASK, id: 1, name: "DB_PASSWORD" },
      { value: "cd", id: 2, name: "REGION" },
    ],
    Conf: `{"Token":"${MASK}","Serial":12345678901234567890}`,
  });
});
