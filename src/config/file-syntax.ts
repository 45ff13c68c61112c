import { isAlias, isCollection, isNode, isPair, LineCounter, parseDocument, visit, type YAMLError } from "yaml";
import { type Problem, quoted } from "./problem.ts";
import { placeAt, type YamlText } from "./yaml-place.ts";

/** What a person should hear about the YAML mistakes that are made most; the rest speak for themselves. */
const FIXES: Record<string, string> = {
  TAB_AS_INDENT: "Indent with spaces.",
  DUPLICATE_KEY: "Keep one of the two: the other would be lost without a word.",
  MULTIPLE_DOCS: "Keep one document: remove the line --- and what does not belong.",
  BAD_ALIAS: "Put the text in quotes if the * is meant as a letter, or write the value out in full.",
  BAD_INDENT: "Give all keys of one map the same indentation, and close every bracket.",
  BAD_SCALAR_START: "Put the text in quotes.",
  BLOCK_AS_IMPLICIT_KEY: "Put the key on a line of its own, or a text that has a colon in quotes.",
  MISSING_CHAR: "Close what is open: a quotation mark, a bracket or a colon is missing.",
};

const WHATS: Record<string, string> = {
  TAB_AS_INDENT: "A line is indented with a tab, which YAML does not allow.",
  MULTIPLE_DOCS: "The file holds more than one YAML document.",
};

/** Reads YAML without making anything of it yet. `data` is null when it is too broken to look any further. */
export function readYaml(name: string, text: string): { yaml: YamlText; problems: Problem[]; data: unknown } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const yaml = { name, document, lines };
  const faults = [...document.errors, ...document.warnings];
  const problems = [...firstOfEachLine(yaml, text, faults), ...misfits(yaml)];
  const legible = problems.length === faults.length && faults.every(({ code }) => code === "DUPLICATE_KEY");
  return { yaml, problems, data: legible ? document.toJS() : null };
}

/** One mistake often brings others on the same line; the first says it. */
function firstOfEachLine(yaml: YamlText, text: string, faults: readonly YAMLError[]): Problem[] {
  const byPlace = new Map<string, Problem>();
  for (const { code, message, pos } of faults) {
    const where = placeAt(yaml, pos[0]);
    if (byPlace.has(where)) continue;
    byPlace.set(where, {
      where,
      what:
        code === "DUPLICATE_KEY"
          ? twice(text.slice(pos[0]))
          : (WHATS[code] ?? `This is not valid YAML: ${message.replace(/\.?$/, ".")}`),
      fix: FIXES[code] ?? "Correct the YAML there, or put the text in quotes.",
    });
  }
  return [...byPlace.values()];
}

/** `from` is what the parser points at: the rest of the file from the second key on. */
const twice = (from: string): string =>
  `The key ${quoted(/^[^\s:]*/.exec(from)?.[0] ?? "")} stands twice in the same map.`;

/**
 * YAML that is valid and yet refused: anchors and aliases, since a policy must be readable where it stands and not only
 * together with another place; and keys that are no texts.
 */
function misfits(yaml: YamlText): Problem[] {
  const problems: Problem[] = [];
  visit(yaml.document, (_, node) => {
    if (isPair(node) && isCollection(node.key))
      problems.push({
        where: placeAt(yaml, node.key.range?.[0] ?? 0),
        what: "A list or a map stands where a key is expected.",
        fix: "Write a plain text before the colon.",
      });
    if (!isNode(node)) return;
    const sign = isAlias(node) ? `*${node.source}` : "anchor" in node && node.anchor ? `&${node.anchor}` : null;
    if (sign === null) return;
    problems.push({
      where: placeAt(yaml, node.range?.[0] ?? 0),
      what: `YAML anchors and aliases (here ${sign}) are not supported.`,
      fix: "Write the value out in full wherever it holds, or put a text that begins with * or & in quotes.",
    });
  });
  return problems;
}
