import type { Json } from "../workspace/model.ts";

/**
 * The rule language for Block Kit: each block and element is a table of its fields, with the limits of its reference page.
 * `check.ts` interprets the tables. A block has code only for fields that depend on each other (`crossField`).
 */
export type Rule =
  | {
      is: "string";
      min?: number;
      max?: number;
      oneOf?: readonly string[];
      format?: { pattern: RegExp; message: string };
    }
  | { is: "number"; min?: number; max?: number; integer?: boolean }
  | { is: "boolean" }
  | { is: "list"; of: Rule; min?: number; max?: number }
  | ObjectRule
  | { is: "variant"; of: Record<string, ObjectRule> }
  | { is: "lazy"; rule: () => Rule };

export interface ObjectRule {
  is: "object";
  fields: Record<string, Field>;
  /** Checks fields that exclude or require each other. Runs only if all single fields are valid. */
  crossField?: (value: Json) => RuleViolation[];
}

export interface Field {
  rule: Rule;
  required: boolean;
}

/** A problem inside one object; `pointer` is relative to that object, "" for the object itself. */
export interface RuleViolation {
  pointer: string;
  message: string;
}

export const required = (rule: Rule): Field => ({ rule, required: true });
export const optional = (rule: Rule): Field => ({ rule, required: false });

/** A string of `min` to `max` characters. */
export const string = (max?: number, min = 0): Rule => ({ is: "string", min, ...(max === undefined ? {} : { max }) });
export const oneOf = (...values: string[]): Rule => ({ is: "string", oneOf: values });
export const matching = (pattern: RegExp, message: string, max?: number): Rule => ({
  is: "string",
  format: { pattern, message },
  ...(max === undefined ? {} : { max }),
});
export const boolean: Rule = { is: "boolean" };
export const number = (min?: number, max?: number, integer = true): Rule => ({
  is: "number",
  integer,
  ...(min === undefined ? {} : { min }),
  ...(max === undefined ? {} : { max }),
});
export const list = (of: Rule, max?: number, min = 0): Rule => ({
  is: "list",
  of,
  min,
  ...(max === undefined ? {} : { max }),
});
export const object = (fields: Record<string, Field>, crossField?: (value: Json) => RuleViolation[]): ObjectRule => ({
  is: "object",
  fields,
  ...(crossField === undefined ? {} : { crossField }),
});
export const lazy = (rule: () => Rule): Rule => ({ is: "lazy", rule });
export const variant = (of: Record<string, ObjectRule>): Rule => ({ is: "variant", of });

/** Selects the named variants of a table, in that order. */
export function only(table: Record<string, ObjectRule>, ...names: string[]): Record<string, ObjectRule> {
  return Object.fromEntries(
    names.map((name) => {
      const rule = table[name];
      if (rule === undefined) throw new Error(`No rule for ${name}.`);
      return [name, rule];
    }),
  );
}
