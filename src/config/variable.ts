import type { Problem } from "./problem.ts";
import type { Variable, Variables } from "./variables.ts";

/** Where problems go while all variables are read. */
export type Report = (where: Variable, what: string, fix: string) => void;

export const reportInto =
  (problems: Problem[]): Report =>
  (where, what, fix) =>
    problems.push({ where, what, fix });

/** One variable, as it was found. */
export type Reading = { kind: "absent" } | { kind: "wrong" } | { kind: "text"; text: string };

/**
 * Reads a variable and reports what is never meant: nothing in it, white space or quotes around it. An empty variable is
 * not the same as an absent one, since an empty SLACK_APP_TOKEN would quietly choose another way to connect.
 */
export function readVariable(variables: Variables, name: Variable, report: Report): Reading {
  const text = variables[name];
  if (text === undefined) return { kind: "absent" };
  const wrong = wrapping(text);
  if (wrong === null) return { kind: "text", text };
  report(name, wrong.what, wrong.fix);
  return { kind: "wrong" };
}

function wrapping(text: string): { what: string; fix: string } | null {
  if (text.trim() === "") return { what: "It is set, but empty.", fix: "Give it a value, or remove it altogether." };
  if (/\r$/.test(text))
    return {
      what: "It ends in a carriage return.",
      fix: "Save the file that sets it with Unix line endings (LF, not CRLF).",
    };
  if (text !== text.trim())
    return {
      what: "There is white space around its value.",
      fix: "Remove the white space before and after the value.",
    };
  if (/^(["'`]).*\1$/s.test(text) || /^["'`]|["'`]$/.test(text))
    return {
      what: "There are quotation marks around its value, and they were taken as part of it.",
      fix: "Remove the quotation marks.",
    };
  return null;
}
