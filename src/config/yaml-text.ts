import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from "yaml";
import { type Problem, quote } from "./problem.ts";

/** A file's text as YAML, with what is needed to point into it. */
export interface YamlText {
  /** What the file is called in problems. */
  name: string;
  document: Document.Parsed;
  lines: LineCounter;
}

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
  const problems = [...firstPerLine(yaml, text, faults), ...findUnsupported(yaml)];
  const legible = problems.length === faults.length && faults.every(({ code }) => code === "DUPLICATE_KEY");
  return { yaml, problems, data: legible ? document.toJS() : null };
}

/** One mistake often brings others on the same line; the first says it. */
function firstPerLine(yaml: YamlText, text: string, faults: readonly YAMLError[]): Problem[] {
  const byPlace = new Map<string, Problem>();
  for (const { code, message, pos } of faults) {
    const where = formatPlace(yaml, pos[0]);
    if (byPlace.has(where)) continue;
    byPlace.set(where, {
      where,
      what:
        code === "DUPLICATE_KEY"
          ? describeDuplicate(text.slice(pos[0]))
          : (WHATS[code] ?? `This is not valid YAML: ${message.replace(/\.?$/, ".")}`),
      fix: FIXES[code] ?? "Correct the YAML there, or put the text in quotes.",
    });
  }
  return [...byPlace.values()];
}

/** `from` is what the parser points at: the rest of the file from the second key on. */
const describeDuplicate = (from: string): string =>
  `The key ${quote(/^[^\s:]*/.exec(from)?.[0] ?? "")} stands twice in the same map.`;

/**
 * YAML that is valid and yet refused: anchors and aliases, since a policy must be readable where it stands and not only
 * together with another place; and keys that are no texts.
 */
function findUnsupported(yaml: YamlText): Problem[] {
  const problems: Problem[] = [];
  visit(yaml.document, (_, node) => {
    if (isPair(node) && isCollection(node.key))
      problems.push({
        where: formatPlace(yaml, node.key.range?.[0] ?? 0),
        what: "A list or a map stands where a key is expected.",
        fix: "Write a plain text before the colon.",
      });
    if (!isNode(node)) return;
    const sign = isAlias(node) ? `*${node.source}` : "anchor" in node && node.anchor ? `&${node.anchor}` : null;
    if (sign === null) return;
    problems.push({
      where: formatPlace(yaml, node.range?.[0] ?? 0),
      what: `YAML anchors and aliases (here ${sign}) are not supported.`,
      fix: "Write the value out in full wherever it holds, or put a text that begins with * or & in quotes.",
    });
  });
  return problems;
}

/** `countersign.yml:12 routes[0].channels`: the place of a path, or of the nearest thing above it that exists. */
export function describePlace(yaml: YamlText, path: readonly PropertyKey[]): string {
  return formatPlace(yaml, findOffset(yaml.document.contents, path), formatPath(path));
}

export function formatPlace(yaml: YamlText, offset: number, within = ""): string {
  return `${yaml.name}:${yaml.lines.linePos(offset).line || 1}${within === "" ? "" : ` ${within}`}`;
}

/** How a scalar was written, before YAML made a number of it. */
export function findSource(yaml: YamlText, path: readonly PropertyKey[]): string | null {
  const node = yaml.document.getIn(path, true);
  return isScalar(node) && typeof node.source === "string" ? node.source : null;
}

/** A path as people write it. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    return text === "" ? String(step) : `${text}.${String(step)}`;
  }, "");
}

/** A key's own place where there is one, since that is what a person looks for. */
function findOffset(root: Node | null, path: readonly PropertyKey[]): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (!isPair(pair)) return offset;
      offset = isScalar(pair.key) ? (pair.key.range?.[0] ?? offset) : offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = isScalar(node) || isCollection(node) ? (node.range?.[0] ?? offset) : offset;
    } else return offset;
  }
  return offset;
}
