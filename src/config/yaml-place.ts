import { type Document, isCollection, isMap, isPair, isScalar, isSeq, type LineCounter, type Node } from "yaml";

/** A file's text as YAML, with what is needed to point into it. */
export interface YamlText {
  /** What the file is called in problems. */
  name: string;
  document: Document.Parsed;
  lines: LineCounter;
}

/** `countersign.yml:12 routes[0].channels`: the place of a path, or of the nearest thing above it that exists. */
export function placeOf(yaml: YamlText, path: readonly PropertyKey[]): string {
  return placeAt(yaml, offsetOf(yaml.document.contents, path), pathText(path));
}

export function placeAt(yaml: YamlText, offset: number, within = ""): string {
  return `${yaml.name}:${yaml.lines.linePos(offset).line || 1}${within === "" ? "" : ` ${within}`}`;
}

/** How a scalar was written, before YAML made a number of it. */
export function sourceOf(yaml: YamlText, path: readonly PropertyKey[]): string | null {
  const node = yaml.document.getIn(path, true);
  return isScalar(node) && typeof node.source === "string" ? node.source : null;
}

/** A path as people write it. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    return text === "" ? String(step) : `${text}.${String(step)}`;
  }, "");
}

/** A key's own place where there is one, since that is what a person looks for. */
function offsetOf(root: Node | null, path: readonly PropertyKey[]): number {
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
