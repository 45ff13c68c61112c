import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { drawingSteps, INSTALL_DRAWINGS } from "../../scripts/install-drawings.ts";
import { messageExamples } from "../../scripts/message-examples.ts";
import { denialExamples, replyExamples } from "../../scripts/reply-examples.ts";
import { EMOJI_CODES } from "../../scripts/save-screenshot.ts";
import { DENIALS } from "./denials.ts";

const picturesOf = (page: string) =>
  [...readFileSync(page, "utf8").matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)].map(([, path = ""]) => join(dirname(page), path));

test("the pages show pictures that exist", () => {
  const files = new Set(globSync("docs/images/**/*.{png,svg}"));
  assert.deepEqual(
    ["README.md", ...globSync("docs/*.md")].flatMap(picturesOf).filter((path) => !files.has(path)),
    [],
  );
});

describe("the page for the first approval", () => {
  const text = readFileSync("docs/install.md", "utf8");
  const drawings = Object.entries(INSTALL_DRAWINGS);

  test("shows the message", () => {
    assert.ok(picturesOf("docs/install.md").includes("docs/images/approval-message.png"));
  });

  test("shows each drawing once, and says that drawings are not screenshots", () => {
    const shown = picturesOf("docs/install.md").filter((path) => path.startsWith("docs/images/install/"));
    assert.deepEqual(shown.sort(), drawings.map(([name]) => `docs/images/install/${name}.png`).sort());
    assert.match(text, /are drawings,\s+not screenshots/);
  });

  for (const [name, drawing] of drawings)
    test(`says the steps of the drawing ${name} in the same order to readers who do not see it`, () => {
      const [, alt = ""] = new RegExp(`!\\[([^\\]]+)\\]\\(images/install/${name}\\.png\\)`).exec(text) ?? [];
      assert.match(alt, /^Drawing, not a screenshot\. /);
      const steps = drawingSteps(drawing);
      assert.deepEqual(
        [...alt.matchAll(/(\d+): /g)].map(([, number]) => Number(number)),
        steps.map((_, index) => index + 1),
      );
      for (const [index, label] of steps.entries())
        assert.ok(alt.split(/\d+: /)[index + 1]?.includes(label), `${index + 1}: ${label}`);
    });

  test("names buttons and menus of Slack and AWS as the drawings do", () => {
    const names = drawings.flatMap(([, { panels }]) =>
      panels.flatMap(({ place, menu = [], rows }) => [
        place,
        ...[...menu, ...rows.flat()].flatMap(({ label, value = "" }) => [label, value]),
      ]),
    );
    const steps = text.slice(text.indexOf("## 1. "), text.indexOf("## 3. "));
    const bold = [...steps.matchAll(/\*\*([^*]+)\*\*/g)].map(([, name = ""]) => name.replace(/\s+/g, " "));
    assert.deepEqual(
      bold.filter((name) => !names.some((each) => each.includes(name))),
      [],
    );
  });

  test("has drawings that are as wide as a phone, and small", () => {
    for (const [name] of drawings) {
      const png = readFileSync(`docs/images/install/${name}.png`);
      assert.equal(png.readUInt32BE(16), 390, name);
      assert.ok(png.length < 40_000, name);
    }
  });
});

test("docs/messages.md shows each kind of message and of reply to a click, once", () => {
  const shown = picturesOf("docs/messages.md");
  const names = [...Object.keys(messageExamples()), ...Object.keys(replyExamples())];
  const expected = names.map((name) => `docs/images/messages/${name}.png`);
  assert.deepEqual(shown.sort(), expected.sort());
});

test("each emoji of a message is in the fonts of the pictures, or has a code that they show", () => {
  const texts = Object.values(messageExamples()).map(({ blocks }) => JSON.stringify(blocks));
  const codes = new Set(texts.flatMap((text) => text.match(/:[a-z_]{3,}:(?= )/g) ?? []));
  assert.deepEqual([...codes].sort(), [...EMOJI_CODES.map(([, code]) => code), ":warning:"].sort());
});

test("each message that sends people to the AWS console has a link with these words", () => {
  const texts = Object.entries(messageExamples()).map(([name, { blocks }]) => [name, JSON.stringify(blocks)] as const);
  const sending = texts.filter(([, text]) => /in the AWS console/.test(text));
  assert.ok(sending.length > 10);
  assert.deepEqual(
    sending.filter(([, text]) => !/<https:[^|]+\|(?:Open )?in the AWS console>/.test(text)).map(([name]) => name),
    [],
  );
});

test("the pictures show each denial in each form of its sentence", () => {
  const examples = Object.values(denialExamples).flat();
  const missing = Object.entries(DENIALS).filter(
    ([kind, forms]) => examples.filter((example) => example.kind === kind).length < forms.length,
  );
  assert.deepEqual(
    missing.map(([kind]) => kind),
    [],
  );
});
