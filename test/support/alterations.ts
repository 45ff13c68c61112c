import fc from "fast-check";

/** JSON from an external source. */
type Json = unknown;
type Path = (string | number)[];

/** One change to a payload, and the index of the path where it is applied. */
export interface Alteration {
  pathIndex: number;
  change:
    | { kind: "delete" }
    | { kind: "replace"; value: Json }
    | { kind: "wrap" }
    | { kind: "duplicate" }
    | { kind: "character"; at: number };
}

/** Values that an attacker, a faulty client or a change at Slack might send. None of them names a person who may decide. */
export const JUNK: readonly Json[] = [
  ...[null, "", " ", 0, -1, 1.5, 1e308, true, false, [], {}, [[]], [null], { id: null }, "null", "undefined", "{}"],
  ...["constructor", "__proto__", "toString", "\0", "\u202e", "x".repeat(10_000), "'; drop table votes; --"],
  ...["U0OMAR", "U0EVIL", "U0BOT", "W0GRID", "T0OTHER", "A0OTHER", "C0OTHER", "D0OTHER", "1.1", "1700000000.000999"],
  ...[{ toString: "x" }, { length: 1 }, { "0": {} }, [{ action_id: "approve", value: "x" }]],
  JSON.parse('{"__proto__": {"id": "T0HOME"}}'),
  JSON.parse('{"then": "x"}'),
  Array.from({ length: 40 }, (_, index) => ({ index })),
];

const change: fc.Arbitrary<Alteration["change"]> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ kind: "delete" } as const) },
  { weight: 5, arbitrary: fc.constantFrom(...JUNK).map((value) => ({ kind: "replace", value }) as const) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 2 }).map((value) => ({ kind: "replace", value }) as const) },
  { weight: 1, arbitrary: fc.constant({ kind: "wrap" } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: "duplicate" } as const) },
  { weight: 3, arbitrary: fc.nat().map((at) => ({ kind: "character", at }) as const) },
);

export const alterations: fc.Arbitrary<Alteration[]> = fc.array(fc.record({ pathIndex: fc.nat(), change }), {
  minLength: 1,
  maxLength: 3,
});

/** Returns a copy of the payload with the changes applied in order. */
export function applyAlterations(payload: Json, changes: readonly Alteration[]): Json {
  return changes.reduce<Json>((current, each) => applyAlteration(structuredClone(current), each), payload);
}

function applyAlteration(payload: Json, { pathIndex, change }: Alteration): Json {
  const paths = findPaths(payload);
  const path = paths[pathIndex % Math.max(1, paths.length)];
  if (path === undefined) return payload;
  const holder = path.slice(0, -1).reduce<Json>((at, step) => (at as Record<string, Json>)[step], payload);
  const key = path.at(-1) as string;
  const fields = holder as Record<string, Json>;
  const value = fields[key];
  switch (change.kind) {
    case "delete":
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete fields[key];
      break;
    case "replace":
      fields[key] = structuredClone(change.value);
      break;
    case "wrap":
      fields[key] = [value];
      break;
    case "duplicate":
      fields[key] = typeof value === "string" ? value + value : [value, value];
      break;
    case "character":
      fields[key] = typeof value === "string" ? changeCharacter(value, change.at) : change.at;
      break;
    default:
      throw new Error(`unexpected ${change satisfies never}`);
  }
  return payload;
}

/** Changes one character of the text. */
function changeCharacter(text: string, at: number): string {
  const index = at % Math.max(1, text.length);
  return `${text.slice(0, index)}${text[index] === "x" ? "y" : "x"}${text.slice(index + 1)}`;
}

/** Finds the path of every value in the payload, including objects and lists. */
function findPaths(value: Json, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => [[...path, key], ...findPaths(each, [...path, key])]);
}
