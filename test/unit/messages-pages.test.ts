import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { RequestView } from "../../src/app/ports/slack.ts";
import { type Details, detailsPages, detailsView } from "../../src/slack/messages/details-view.ts";
import { requestMessage } from "../../src/slack/messages/request-message.ts";
import { visibleText } from "../support/block-limits.ts";
import { FULL_MATRIX } from "../support/full-matrix.ts";
import { executions, views } from "./messages-arbitraries.ts";
import { execution, findBlock, parameter, step, view, vote } from "./messages-examples.ts";

const WORKSPACE = "https://acme.slack.com/";

/** Joins the texts of all pages, without the end of each page. */
function pagesText(details: Details): string {
  const blocks = detailsPages({ ...details, workspaceUrl: WORKSPACE }).flatMap((page) => page.blocks);
  return leaves(
    blocks.filter(({ block_id = "" }) => !["ids", "pages", "glass", "break-glass"].includes(block_id)),
  ).join("");
}

/** Lists the texts of rich text and mrkdwn in their order. */
function leaves(part: unknown): string[] {
  if (Array.isArray(part)) return part.flatMap(leaves);
  if (typeof part !== "object" || part === null) return [];
  return Object.entries(part).flatMap(([key, value]) =>
    ["text", "url"].includes(key) && typeof value === "string" ? [value] : leaves(value),
  );
}

/** The parts of a message whose texts others wrote, without the remarks of Countersign about their length. */
function written(of: RequestView): string[] {
  const blocks = requestMessage(of, { workspaceUrl: WORKSPACE }).blocks.filter(({ block_id = "", type }) =>
    type === "rich_text" ? /^(words|parameters|evidence|reasons)/.test(block_id) : /^earlier/.test(block_id),
  );
  return leaves(blocks)
    .filter((text) => !/^\d+ of \d+ \w+ shown|^[\d,]+ characters in all\.$/.test(text))
    .flatMap((text) => text.replaceAll(/<?… \[cut: [^\]]*\]$|^… \[cut.*$/gm, "").split("\n"))
    .map((line) =>
      line
        .replace(/ \[cut: [\d,]+ characters in all\]$/, "")
        .replace(/<?…$/, "")
        .trim(),
    )
    .filter((line) => line !== "" && line !== "·");
}

test("Details never shows less than the message", () => {
  const details = fc.record({ view: views, execution: fc.option(executions, { nil: null }), open: fc.boolean() });
  fc.assert(
    fc.property(details, ({ view: each, execution: read, open }) => {
      // Quiet hours replace mentions in the message with names.
      const of = { ...each, isQuiet: false };
      const leadsTo = { metadata: "{}", verdicts: open, breakGlass: false };
      const text = pagesText({ ...of, execution: read, leadsTo });
      const missing = written(of).filter((line) => !text.includes(line));
      assert.deepEqual(missing, []);
    }),
    { numRuns: FULL_MATRIX ? 100 : 10, interruptAfterTimeLimit: 20_000 },
  );
});

test("the question of 4,096 characters, 200 parameters and every reason are readable on the pages of Details", () => {
  const message = Array.from({ length: 512 }, (_, i) => `line${String(i).padStart(3, "0")}`).join("\n");
  const parameters = Array.from({ length: 200 }, (_, i) =>
    parameter({ name: `Name${i}`, values: [i % 2 === 0 ? `value-${i}` : `long-${i}-${"v".repeat(200)}`] }),
  );
  const votes = Array.from({ length: 30 }, (_, i) => vote({ userId: `U${i}`, reason: `reason-${i}.` }));
  const of = view({ facts: { message: message.slice(0, 4096), parameters } }, votes);
  const text = pagesText({ ...of, execution: execution([step()]) });
  assert.ok(text.includes(message.slice(0, 4090)));
  for (let i = 0; i < 200; i++) assert.ok(text.includes(`Name${i}: `) && text.includes(`-${i}`), `Name${i}`);
  for (let i = 0; i < 30; i++) assert.ok(text.includes(`reason-${i}.`));
});

test("a long output is complete on the pages of Details", () => {
  const output = Array.from({ length: 2_000 }, (_, i) => `row ${i}`).join("\n");
  const steps = [step({ stepExecutionId: "s-0", name: "plan", status: "Success", outputs: { Log: [output] } }), step()];
  assert.ok(pagesText({ ...view(), execution: execution(steps) }).includes(output));
});

test("pages are numbered, lead to their neighbors, and have the state that proves for whom they were opened", () => {
  const output = "x ".repeat(14_000);
  const steps = [step({ stepExecutionId: "s-0", name: "plan", status: "Success", outputs: { Log: [output] } }), step()];
  const details = {
    ...{ ...view(), execution: execution(steps) },
    leadsTo: { metadata: "signed", verdicts: true, breakGlass: true },
  };
  const pages = detailsPages(details);
  assert.ok(pages.length >= 3);
  pages.forEach((page, index) => {
    const at = index + 1;
    assert.equal(page.title.text, `Details (${at} of ${pages.length})`);
    assert.equal(page.private_metadata, "signed");
    const buttons = page.blocks.at(-1);
    const values = JSON.stringify(buttons).match(/"value":"[^"]*"/g);
    const expected = [at > 1 ? at - 1 : null, at < pages.length ? at + 1 : null].filter((each) => each !== null);
    assert.deepEqual(
      values,
      expected.map((each) => `"value":"${each} open"`),
    );
    assert.equal(JSON.stringify(page).includes("break-glass-approve"), index === 0);
  });
  assert.deepEqual(detailsView(details, 99), pages.at(-1));
  assert.equal(detailsView(view() && { ...view(), execution: null }).title.text, "Details");
});

test("what the message cuts comes first in Details", () => {
  const first = (facts: Parameters<typeof view>[0]) =>
    detailsView({ ...view(facts), execution: null, unread: { kind: "not-found" } }).blocks[1]?.block_id;
  assert.notEqual(first({ facts: { message: "short" } }), "words");
  assert.equal(first({ facts: { message: "m".repeat(4000) } }), "words");
  const evidence = [{ name: "plan.Log", text: "y\n".repeat(30), length: 60 }];
  assert.equal(first({ facts: { evidence } }), "evidence");
});

const EVIDENCE = [
  { name: "plan.Summary", text: "2 to add\n0 to destroy", length: 22 },
  { name: "check.Url", text: "https://ci.example.com/7", length: 24, status: "Failed", iteration: 1 },
  { name: "*.ChangeSetUrl", text: null, length: 0 },
  { name: "plan.Empty", text: "", length: 0 },
];

test("a message shows outputs preformatted, with links, and says which do not exist", () => {
  const of = view({ facts: { evidence: EVIDENCE } });
  const block = findBlock(of, "evidence");
  const text = visibleText(block);
  assert.match(text, /plan\.Summary 2 to add\n0 to destroy/);
  assert.match(text, /check\.Url {2}\(the step's status is Failed, from iteration 1\)/);
  assert.match(text, /\*\.ChangeSetUrl : no finished step has this output/);
  assert.match(text, /plan\.Empty {2}is empty/);
  assert.match(JSON.stringify(block), /rich_text_preformatted","elements":\[\{"type":"link","url":"https:\/\/ci/);
});

test("a message shows the first eight lines of a long output", () => {
  const log = Array.from({ length: 40 }, (_, i) => `row ${i}`).join("\n");
  const text = visibleText(
    findBlock(view({ facts: { evidence: [{ name: "a.Log", text: log, length: log.length }] } }), "evidence"),
  );
  assert.ok(text.includes("row 7") && !text.includes("row 8\n") && text.includes("[cut: 40 lines in all]"));
});

/** The note after a text that is cut by its lines and by its characters. */
const LONG_ROWS = Array.from({ length: 40 }, (_, i) => `${i} ${"x".repeat(120)}`).join("\n");
const STORED = `${LONG_ROWS.slice(0, 3_999)}…`;

test("a text with too many lines and characters states the length of the whole text, not of its first lines", () => {
  const notes = (found: ReturnType<typeof findBlock>) =>
    [...visibleText(found).matchAll(/\[cut: [^\]]*\]/g)].map(([note]) => note);
  const evidence = (text: string, length = LONG_ROWS.length) =>
    findBlock(view({ facts: { evidence: [{ name: "a.Log", text, length }] } }), "evidence");
  const question = findBlock(view({ facts: { message: LONG_ROWS } }), "words");
  const note = `[cut: ${LONG_ROWS.length.toLocaleString("en-US")} characters in all]`;
  assert.deepEqual(notes(evidence(LONG_ROWS)), [note]);
  assert.deepEqual(notes(evidence(STORED)), [note], "an output that is stored in part");
  const rows = Array.from({ length: 40 }, (_, i) => `row ${i}`).join("\n");
  assert.deepEqual(notes(evidence(rows, 30_000)), ["[cut: 30,000 characters in all]"]);
  assert.deepEqual(notes(question), [note]);
  assert.deepEqual(notes(evidence(`  ${rows}`, rows.length + 2)), ["[cut: 40 lines in all]"]);
});

test("of six outputs, a short one leaves its room to a long address, which stays a link", () => {
  const url = `https://ci.example.com/${"a".repeat(350 - 23)}`;
  const evidence = Array.from({ length: 6 }, (_, i) => {
    const text = i === 4 ? url : `${i} to add`;
    return { name: `plan.Output${i}`, text, length: text.length };
  });
  const block = JSON.stringify(findBlock(view({ facts: { evidence } }), "evidence"));
  assert.ok(block.includes(`{"type":"link","url":"${url}"}`), block);
  for (let i = 0; i < 6; i++) assert.ok(block.includes(`plan.Output${i}`));
});

test("six long outputs share the room equally", () => {
  const text = "y".repeat(5_000);
  const evidence = Array.from({ length: 6 }, (_, i) => ({ name: `plan.Log${i}`, text, length: text.length }));
  const shown = visibleText(findBlock(view({ facts: { evidence } }), "evidence"));
  const lengths = shown.match(/y+/g)?.map(({ length }) => length) ?? [];
  assert.equal(lengths.length, 6);
  assert.ok(Math.max(...lengths) - Math.min(...lengths) <= 1, lengths.join());
});

test("a channel shared with other organizations shows no output and says so", () => {
  const { blocks } = requestMessage(view({ facts: { evidence: EVIDENCE } }), { withhold: true });
  assert.doesNotMatch(JSON.stringify(blocks), /to destroy|plan\.Summary/);
  assert.match(visibleText(blocks), /4 outputs/);
});
