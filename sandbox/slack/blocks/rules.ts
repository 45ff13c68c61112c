import type { Json } from "../workspace/model.ts";

/**
 * The language in which Block Kit is written down here: each block and element is a table of its fields, with the limits
 * of its reference page. One walker (`check.ts`) reads the tables; no block has code of its own except where two fields
 * depend on each other (`also`).
 */
export type Rule =
  | { is: "string"; min?: number; max?: number; oneOf?: readonly string[]; form?: { pattern: RegExp; says: string } }
  | { is: "number"; min?: number; max?: number; whole?: boolean }
  | { is: "boolean" }
  | { is: "list"; of: Rule; min?: number; max?: number }
  | ObjectRule
  | { is: "variant"; of: Record<string, ObjectRule> }
  | { is: "later"; rule: () => Rule };

export interface ObjectRule {
  is: "object";
  fields: Record<string, Field>;
  /** What no single field can tell: fields that exclude or need each other. */
  also?: (value: Json) => Complaint[];
}

export interface Field {
  rule: Rule;
  required: boolean;
}

/** A problem inside one object; `at` is the pointer from that object on, "" for the object itself. */
export interface Complaint {
  at: string;
  says: string;
}

export const must = (rule: Rule): Field => ({ rule, required: true });
export const may = (rule: Rule): Field => ({ rule, required: false });

/** A string of `min` to `max` characters. */
export const string = (max?: number, min = 0): Rule => ({ is: "string", min, ...(max === undefined ? {} : { max }) });
export const oneOf = (...values: string[]): Rule => ({ is: "string", oneOf: values });
export const formed = (pattern: RegExp, says: string, max?: number): Rule => ({
  is: "string",
  form: { pattern, says },
  ...(max === undefined ? {} : { max }),
});
export const boolean: Rule = { is: "boolean" };
export const number = (min?: number, max?: number, whole = true): Rule => ({
  is: "number",
  whole,
  ...(min === undefined ? {} : { min }),
  ...(max === undefined ? {} : { max }),
});
export const list = (of: Rule, max?: number, min = 0): Rule => ({
  is: "list",
  of,
  min,
  ...(max === undefined ? {} : { max }),
});
export const object = (fields: Record<string, Field>, also?: (value: Json) => Complaint[]): ObjectRule => ({
  is: "object",
  fields,
  ...(also === undefined ? {} : { also }),
});
export const later = (rule: () => Rule): Rule => ({ is: "later", rule });
export const variant = (of: Record<string, ObjectRule>): Rule => ({ is: "variant", of });

/** Of a table of variants only the named ones, in that order. */
export function only(table: Record<string, ObjectRule>, ...names: string[]): Record<string, ObjectRule> {
  return Object.fromEntries(
    names.map((name) => {
      const rule = table[name];
      if (rule === undefined) throw new Error(`No rule for ${name}.`);
      return [name, rule];
    }),
  );
}
