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

/** A parsed YAML file, with the positions of its parts. */
export interface YamlText {
  /** The name of the file in problems. */
  name: string;
  document: Document.Parsed;
  lines: LineCounter;
}

/** Fixes for the most frequent YAML errors. */
const FIXES: Record<string, string> = {
  TAB_AS_INDENT: "Indent with spaces.",
  DUPLICATE_KEY: "Keep one of the two: YAML would silently lose the other.",
  MULTIPLE_DOCS: "Keep one document: remove the line --- and the other documents.",
  BAD_ALIAS: "Put the text in quotes if the * is part of it, or write the value in full.",
  BAD_INDENT: "Give all keys of one map the same indentation, and close every bracket.",
  BAD_SCALAR_START: "Put the text in quotes.",
  BLOCK_AS_IMPLICIT_KEY: "Put the key on a separate line, or put a text that contains a colon in quotes.",
  MISSING_CHAR:
    "Add the missing quotation mark, bracket, colon or hyphen, or indent the line like the others of its map.",
};

const WHATS: Record<string, string> = {
  TAB_AS_INDENT: "A line is indented with a tab, which YAML does not allow.",
  MULTIPLE_DOCS: "The file contains more than one YAML document.",
};

/** Parses YAML. `data` is null if the file is empty, or too broken to check its content. */
export function readYaml(name: string, text: string): { yaml: YamlText; problems: Problem[]; data: unknown } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const yaml = { name, document, lines };
  const errors = [...document.errors, ...document.warnings];
  const problems = [...firstPerLine(yaml, text, errors), ...findUnsupported(yaml)];
  const legible = problems.length === errors.length && errors.every(({ code }) => code === "DUPLICATE_KEY");
  return { yaml, problems, data: legible ? document.toJS() : null };
}

/** Describes the first error of each line: one mistake often causes further errors on the same line. */
function firstPerLine(yaml: YamlText, text: string, errors: readonly YAMLError[]): Problem[] {
  const byPlace = new Map<string, Problem>();
  for (const { code, message, pos } of errors) {
    const where = formatPlace(yaml, pos[0]);
    if (byPlace.has(where)) continue;
    byPlace.set(where, {
      where,
      what:
        code === "DUPLICATE_KEY"
          ? describeDuplicate(text.slice(pos[0]))
          : (WHATS[code] ?? `This is not valid YAML: ${message.replace(/\.?$/, ".")}`),
      fix: FIXES[code] ?? "Correct the YAML, or put the text in quotes.",
    });
  }
  return [...byPlace.values()];
}

/** `from`: the file's text from the second key on, which is the parser's position. */
const describeDuplicate = (from: string): string =>
  `The key ${quote(/^[^\s:]*/.exec(from)?.[0] ?? "")} appears twice in the same map.`;

/**
 * Finds valid YAML that is refused: anchors and aliases, since each part of a policy must be readable without another
 * part of the file; and keys that are not texts.
 */
function findUnsupported(yaml: YamlText): Problem[] {
  const problems: Problem[] = [];
  visit(yaml.document, (_, node) => {
    if (isPair(node) && isCollection(node.key))
      problems.push({
        where: formatPlace(yaml, node.key.range?.[0] ?? 0),
        what: "The key is a list or a map.",
        fix: "Write plain text before the colon.",
      });
    if (!isNode(node)) return;
    const sign = isAlias(node) ? `*${node.source}` : "anchor" in node && node.anchor ? `&${node.anchor}` : null;
    if (sign === null) return;
    problems.push({
      where: formatPlace(yaml, node.range?.[0] ?? 0),
      what: `YAML anchors and aliases (here ${sign}) are not supported.`,
      fix: "Write the value in full in every place, or put a text that begins with * or & in quotes.",
    });
  });
  return problems;
}

/**
 * Describes the place of a path, such as `countersign.yml:12 routes[0].channels`. The line of a missing key is that of
 * its nearest parent.
 */
export function describePlace(yaml: YamlText, path: readonly PropertyKey[]): string {
  return formatPlace(yaml, findOffset(yaml.document.contents, path), formatPath(path));
}

/** Describes the line of a path, such as `countersign.yml:12`. */
export function describeLine(yaml: YamlText, path: readonly PropertyKey[]): string {
  return formatPlace(yaml, findOffset(yaml.document.contents, path));
}

/** Formats an offset of the file as `countersign.yml:12`, with the path within the file if one is given. */
export function formatPlace(yaml: YamlText, offset: number, within = ""): string {
  return `${yaml.name}:${yaml.lines.linePos(offset).line || 1}${within === "" ? "" : ` ${within}`}`;
}

/** Returns the source text of a scalar, before YAML converted it to a number. */
export function findSource(yaml: YamlText, path: readonly PropertyKey[]): string | null {
  const node = yaml.document.getIn(path, true);
  return isScalar(node) && typeof node.source === "string" ? node.source : null;
}

/** Formats a path, such as `routes[0].channels`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    return text === "" ? String(step) : `${text}.${String(step)}`;
  }, "");
}

/** Finds the offset of a path: that of its key, if it has one, because the reader searches for the key. */
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
