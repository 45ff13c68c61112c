import assert from "node:assert/strict";
import { test } from "node:test";
import { findNamedValues, leaves } from "../../src/core/named-values.ts";

const hides = (name: string) => /password|token|schlüssel|^n$/i.test(name);
const find = (text: string) => findNamedValues(text, hides);

/** Texts in which « and » are around each value under a hidden name. */
const PAIRS: string[] = [
  // The end of a value
  "password=«abc»",
  "password=«abc» x",
  "password=«abc»&x=1",
  "password=«abc»;x=1",
  "password=«abc»,x=1",
  "password=«abc»|x",
  "password=«abc»<x",
  "password=«abc»>x",
  "password=«abc»`x",
  'password=«abc»"x',
  "password=«abc»'x",
  "password=«abc»\\x",
  "password=«abc»\nx",
  "password=«a:b/c=d»",
  // White space and operators
  "password = «abc»",
  "password\t=\n«abc»",
  `password${" ".repeat(200)}=«abc»`,
  `password${" ".repeat(201)}=abc`,
  `password=${" ".repeat(200)}«abc»`,
  `password=${" ".repeat(201)}abc`,
  "password\u00a0=\u2003«abc»",
  "password => «abc»",
  "password==abc",
  "password===abc",
  ...[..."!<>+*/%~^|&"].map((operator) => `password${operator}=abc`),
  "password=",
  "password= ",
  "password=;",
  "password=&x=1",
  "=abc",
  " =abc",
  // The name
  "db.password-2_x=«abc»",
  "x password=«abc»",
  "x/password=«abc»",
  "--password=«abc»",
  "mötpassword=«abc»",
  "naïve=abc",
  "password:abc",
  "12:30 password=«abc»",
  "Schlüssel=«abc»",
  "password€=abc",
  "a password€=abc",
  "password\u0001=abc",
  "password\r=\r\n«abc»",
  "password=«token» =x",
  'password="«token»":x',
  'password=«ab»"token":«x»',
  '"token":"«abc»"',
  "password=«[a» b]",
  "password: abc",
  "user=abc",
  "user=abc password=«abc» x=1 token=«def»",
  "user=password=«abc»",
  "password=«token=x»",
  `password${"x".repeat(248)}=«abc»`,
  `password${"x".repeat(249)}=abc`,
  // Values in quotation marks
  "password='«a b»' x",
  'password="«a b»" x',
  'password="«a;b&c»"',
  "password='«it\\'s»' x",
  "password='«a\"b»' x",
  "password='«a b",
  "password=''",
  'x "password"=«abc»',
];

/** The same for members of JSON and of what looks like it. */
const MEMBERS: string[] = [
  '{"password":"«abc»","x":"def"}',
  '{"password" : "«a b»" , "x":1}',
  "{'password':'«a b»','x':1}",
  '{"password":"«a\\"b»","x":1}',
  '{"password":"«a\\\\»","x":1}',
  '{"password":"«abc',
  '{"password":«12»}',
  '{"password":«12»,"x":1}',
  '{"password":«true»}',
  '{"password":«-1.5e3» }',
  "{'password':«12»}",
  '{"password":«null»\\n}',
  '{"password":«a;b&c|d<e>`f»}',
  '{"password":""}',
  '{"password":}',
  '{"password":«>abc»}',
  '{"x":"password","y":"def"}',
  '{"x":"def"}',
  '{password:"abc"}',
  '{"my":"password=«abc»"}',
  `{"password${"x".repeat(247)}":"«abc»"}`,
  `{"password${"x".repeat(248)}":"abc"}`,
  // Lists and objects
  '{"password":«["abc",{"x":"]}"}]»,"y":[1]}',
  '{"password":«{"x":{"y":[]}}»}',
  '{"password": «[[1],[2]]» }',
  '{"password":«[1,{"x"',
  '{"password":«["abc\\",',
  '{"password":«["a\\\\"]»}',
  "password=«[abc]»",
  // JSON in a string of JSON
  '{\\"password\\":«[\\"a]\\",\\"\\\\\\"]\\"]»}',
  '{\\"password\\":\\"«abc»\\",\\"x\\":1}',
  '{\\"password\\":\\"«a\\\\\\"b»\\",\\"x\\":1}',
  '{\\\\\\"password\\\\\\":\\\\\\"«abc»\\\\\\",\\\\\\"x\\\\\\":1}',
  '{\\"password\\":«12»,\\"x\\":1}',
  // Names with escapes
  '{"Schl\\u00fcssel":"«abc»"}',
  '{\\"Schl\\\\u00fcssel\\":«12»}',
  '{"Name":"Schl\\u00fcssel","Value":"«abc»"}',
  '{"Schl\\u00fcsselName":"«x»","Value":"abc"}',
  '{"Schl\\u00f6ssel":"abc"}',
  // A member that names the next one
  '{"Name":"DB_PASSWORD","Value":"«abc»"}',
  '{"name":"DB_PASSWORD","value":"«abc»"}',
  "{'Key': 'token' , 'Value': '«abc»'}",
  '{"id":"token","value":«12»}',
  '{"Variable":"token","NewValue":"«abc»"}',
  '{"EnvVariable":"token","Value":"«abc»","x":"cut o',
  '{"ParameterId":"token","Value":"«abc»"}',
  '{"ParameterName":"token","ParameterValue":"«abc»"}',
  '{\\"Name\\":\\"token\\",\\"Value\\":\\"«abc»\\"}',
  '{"Name":"region","Value":"abc"}',
  '{"Named":"token","Value":"abc"}',
  '{"Identity":"token","Value":"abc"}',
  '{"Variables":"token","Value":"abc"}',
  '{"Name":"token","Text":"abc"}',
  '{"Name":"token"},{"Value":"abc"}',
  '{"Name":"token","x":1,"Value":"abc"}',
  '{"Name":"token" "Value":"abc"}',
  '{"Name":"token",,"Value":"abc"}',
  '{"Name":"token",value="abc"}',
  '{name="token","Value":"abc"}',
  '{"Name":"token=«x»","Value":"«abc»"}',
  '{"CommandId":"export DB_PASSWORD=«abc»","x":1}',
  '{"Name":"token=","Value":"«abc»"}',
  '{"Name":"\\"token=\\"","x":"a","token":"«\\"abc\\"»"}',
  '{"Name":"{\\"token\\":\\"«x»\\"}"}',
  '{"Name":"token","ValueId":"«abc»"}',
  '{"Name":"token","ValueName":"«DB_PASSWORD»","Value":"«abc»","Text":"def"}',
  '{"Name":"token","Value":"«abc»"},{"Value":"def"}',
  `{"RunId":"token ${"x".repeat(251)}","password":"«abc»"}`,
  'x,"Value":"abc"',
  ',"Value":"abc"',
  `{"Name":"token",${" ".repeat(198)}"Value":"«abc»"}`,
  `{"Name":"token",${" ".repeat(199)}"Value":"abc"}`,
  '{"Name":12,"Value":"abc"}',
  '{"TokenName":"«x»","Value":"abc"}',
  `{"Name":"${"x".repeat(251)}token","Value":"«abc»"}`,
  `{"Name":"${"x".repeat(252)}token","Value":"abc"}`,
  '{"Name":"a","Name":"token","Value":"«abc»"}',
];

for (const marked of [...PAIRS, ...MEMBERS])
  test(`the values under hidden names in ${marked.length > 100 ? `${marked.slice(0, 60)}...` : marked}`, () => {
    const text = marked.replaceAll(/[«»]/g, "");
    const found = find(text);
    let shown = "";
    let done = 0;
    for (const { start, end } of found) {
      shown += `${text.slice(done, start)}«${text.slice(start, end)}»`;
      done = end;
    }
    // What AWS has cut off has no end.
    const isOpen = marked.split("«").length > marked.split("»").length;
    assert.equal(shown + text.slice(done), isOpen ? `${marked}»` : marked);
  });

/** Texts with one value, the name, the quotation mark for the replacement, and the values to search for in other texts. */
const FOUND: [text: string, name: string, quote: string, secrets: string[]][] = [
  ["password=abc", "password", "", ["abc"]],
  ["db-token = abc.", "db-token", "", ["abc.", "abc"]],
  ["(password=abc)", "password", "", ["abc)", "abc"]],
  ["password=abc)]}.:!? x", "password", "", ["abc)]}.:!?", "abc"]],
  ["password=a)b", "password", "", ["a)b"]],
  ["password='a b'", "password", "", ["a b"]],
  ['{"password":"abc"}', "password", "", ["abc"]],
  ['{"password":12}', "password", '"', ["12"]],
  ["{'password':12}", "password", "'", ["12"]],
  ['{\\"password\\":12}', "password", '\\"', ["12"]],
  ['{"Name":"token","NewValue":12}', "NewValue", '"', ["12"]],
  ['{"password":"a\\nb"}', "password", "", ["a\\nb", "a\nb"]],
  ["password='[\"abc\",7]'", "password", "", ['["abc",7]', "abc", "7"]],
  ['{"a":"b","password":["abc",{"x":-1.5}]}', "password", '"', ["abc", "-1.5"]],
];

for (const [text, name, quote, secrets] of FOUND)
  test(`what is found in ${JSON.stringify(text)} has its name, its quotation mark and its values`, () => {
    const found = find(text);
    assert.deepEqual(
      found.map((each) => ({ name: each.name, quote: each.quote, secrets: each.secrets })),
      [{ name, quote, secrets }],
    );
  });

/** Texts and the values in them. */
const LEAVES: [text: string, values: string[]][] = [
  ["[]", []],
  ["abc", []],
  ['"abc"', []],
  ['x["abc"]', []],
  [' \n["abc"]', ["abc"]],
  ['{"a":"b","c":["d",1,-2.5e+3,true]}', ["b", "d", "1", "-2.5e+3"]],
  ['{"a" : "b"}', ["b"]],
  ['["a\\"b"]', ['a\\"b', 'a"b']],
  ['["a\\\\"]', ["a\\\\", "a\\"]],
  ['["a\nb"]', ["a\nb"]],
  ['["a","bc', ["a", "bc"]],
  ['["a","bc\\', ["a", "bc"]],
  ['[""]', [""]],
];

for (const [text, values] of LEAVES)
  test(`the values in ${JSON.stringify(text)} are ${JSON.stringify(values)}`, () => {
    assert.deepEqual([...new Set(leaves(text))], values);
  });

test("a long text after a name that names another one costs only its own characters", () => {
  let read = 0;
  const text = `"Id":"\\n${"x".repeat(270)}",`.repeat(200);
  findNamedValues(text, (name) => {
    read += name.length;
    return false;
  });
  assert.ok(read < text.length, `${read} of ${text.length} characters`);
});

test("a value without a name is not hidden, even if every name is", () => {
  for (const text of ["=abc", "(=abc)", "a: b", ""])
    assert.deepEqual(
      findNamedValues(text, () => true),
      [],
      text,
    );
});
