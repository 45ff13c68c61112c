/**
 * An Aho-Corasick automaton: finds every occurrence of many patterns in one pass over a text, at a cost that grows only
 * with the length of the text, whatever the patterns are.
 */
export interface PatternAutomaton {
  /**
   * Calls `found` for each occurrence with the pattern's index and the end of the occurrence. Among patterns with the same
   * end, the longest comes first; the others are skipped as soon as `found` returns true. Returns the steps of the pass.
   */
  scan(text: string, found: (pattern: number, end: number) => boolean): number;
}

/** The nodes of a tree over the patterns. Node 0 is the root. A table finds the child of a node by its UTF-16 unit. */
interface Tree {
  parents: Int32Array;
  units: Uint16Array;
  depths: Int32Array;
  /** The pattern that ends at a node, plus one; 0: none. */
  patterns: Int32Array;
  child(node: number, unit: number): number;
  count: number;
}

/** Builds the automaton. Patterns are distinct and not empty. */
export function makePatternAutomaton(patterns: readonly string[]): PatternAutomaton {
  const tree = makeTree(patterns);
  const { fails, outputs } = linkSuffixes(tree);
  return {
    scan(text, found) {
      let node = 0;
      let steps = 0;
      for (let at = 0; at < text.length; at++) {
        const unit = text.charCodeAt(at);
        let next = tree.child(node, unit);
        steps++;
        while (next === 0 && node !== 0) {
          node = fails[node] ?? 0;
          next = tree.child(node, unit);
          steps++;
        }
        node = next;
        for (let end = outputs[node] ?? 0; end !== 0; end = outputs[fails[end] ?? 0] ?? 0) {
          steps++;
          if (found((tree.patterns[end] ?? 0) - 1, at + 1)) break;
        }
      }
      return steps;
    },
  };
}

function makeTree(patterns: readonly string[]): Tree {
  const most = 1 + patterns.reduce((sum, pattern) => sum + pattern.length, 0);
  const bits = Math.ceil(Math.log2(most)) + 1;
  const table = new Int32Array(2 ** bits);
  const parents = new Int32Array(most);
  const units = new Uint16Array(most);
  const depths = new Int32Array(most);
  const ends = new Int32Array(most);
  const last = table.length - 1;
  /** Returns the place of a child in the table: occupied, or free for it. */
  const place = (node: number, unit: number) => {
    const hash = Math.imul(Math.imul(node, 0x9e3779b1) ^ Math.imul(unit, 0x85ebca6b), 0xc2b2ae35);
    let at = (hash ^ (hash >>> 15)) & last;
    for (;;) {
      const taken = table[at] ?? 0;
      if (taken === 0 || (parents[taken] === node && units[taken] === unit)) return at;
      at = (at + 1) & last;
    }
  };
  let count = 1;
  for (const [index, pattern] of patterns.entries()) {
    let node = 0;
    for (let at = 0; at < pattern.length; at++) {
      const unit = pattern.charCodeAt(at);
      const here = place(node, unit);
      if (table[here] === 0) {
        parents[count] = node;
        units[count] = unit;
        depths[count] = at + 1;
        table[here] = count++;
      }
      node = table[here] ?? 0;
    }
    ends[node] = index + 1;
  }
  return { parents, units, depths, patterns: ends, child: (node, unit) => table[place(node, unit)] ?? 0, count };
}

/**
 * Finds for each node the longest proper suffix that is also a node, and the nearest node (itself, or along these
 * suffixes) at which a pattern ends; 0: none.
 */
function linkSuffixes({ parents, units, depths, patterns, child, count }: Tree) {
  const fails = new Int32Array(count);
  const outputs = new Int32Array(count);
  for (const node of byDepth(depths, count)) {
    const unit = units[node] ?? 0;
    let from = parents[node] ?? 0;
    let suffix = 0;
    while (from !== 0 && suffix === 0) {
      from = fails[from] ?? 0;
      suffix = child(from, unit);
    }
    fails[node] = suffix;
    outputs[node] = patterns[node] === 0 ? (outputs[suffix] ?? 0) : node;
  }
  return { fails, outputs };
}

/** Orders all nodes but the root by their depth: a suffix is shorter, so it comes first. */
function byDepth(depths: Int32Array, count: number): Int32Array {
  let deepest = 0;
  for (let node = 1; node < count; node++) deepest = Math.max(deepest, depths[node] ?? 0);
  const starts = new Int32Array(deepest + 2);
  for (let node = 1; node < count; node++) {
    const after = (depths[node] ?? 0) + 1;
    starts[after] = (starts[after] ?? 0) + 1;
  }
  for (let depth = 1; depth < starts.length; depth++) starts[depth] = (starts[depth] ?? 0) + (starts[depth - 1] ?? 0);
  const ordered = new Int32Array(count - 1);
  for (let node = 1; node < count; node++) {
    const depth = depths[node] ?? 0;
    const at = starts[depth] ?? 0;
    ordered[at] = node;
    starts[depth] = at + 1;
  }
  return ordered;
}
