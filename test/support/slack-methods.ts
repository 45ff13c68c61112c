import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const METHOD = "(?:apps|auth|bots|chat|conversations|usergroups|users|views)(?:\\.[a-zA-Z]+)+";
/** Calls of a client of Slack's, and of a `SlackCall`. */
const CALLS = [new RegExp(`\\b(?:client|web|slack)\\.(${METHOD})\\(`, "g"), new RegExp(`\\bcall\\("(${METHOD})"`, "g")];
/** A call whose method is computed, with its methods. */
const COMPUTED = { pattern: /\bclient\.views\[how\]\(/, methods: ["views.open", "views.push"] };

/** Lists the methods of the Web API that these files call. A name in a table is no call. */
export function calledSlackMethods(paths: readonly string[]): string[] {
  const found = paths.flatMap((path) => {
    const text = readFileSync(path, "utf8");
    const isComputed = COMPUTED.pattern.test(text);
    const others = text.match(/\b(?:client|web)\.\w+\[/g)?.length ?? 0;
    assert.equal(others, isComputed ? 1 : 0, `${path}: this file does not know a computed call`);
    const called = CALLS.flatMap((call) => [...text.matchAll(call)].map(([, method = ""]) => method));
    return [...called, ...(isComputed ? COMPUTED.methods : [])];
  });
  return [...new Set(found)].sort();
}
