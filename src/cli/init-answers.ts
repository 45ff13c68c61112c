import type { Choice } from "../slack/people/list-choices.ts";
import type { Prompt } from "./prompt.ts";

/** A usage error, which ends the command with code 2. */
export class UsageError extends Error {}

type Parse = (text: string) => { value: string } | { what: string; fix: string };

/** Returns the answer of an option or of a person, who may correct it. Throws UsageError for a missing or wrong option. */
export async function answer(
  option: string,
  given: string | undefined,
  parse: Parse,
  { prompt, secret = false }: { prompt: Prompt | null; secret?: boolean },
  question: string,
): Promise<string> {
  for (let text = given; ; text = undefined) {
    const asked = text ?? (await (secret ? prompt?.askSecret(question) : prompt?.ask(question)));
    if (asked === undefined) throw new UsageError(`${option} is missing.`);
    const parsed = parse(asked);
    if ("value" in parsed) return parsed.value;
    const problem = `${option}: ${parsed.what} ${parsed.fix}`;
    if (text !== undefined) throw new UsageError(problem);
    prompt?.say(problem);
  }
}

/** Choices that are listed. Every other one can be typed. */
const MAX_LISTED = 40;

/** What to choose from, and the texts for it. */
export interface Question {
  option: string;
  text: string;
  choices: readonly Choice[];
  /** Finds one that the list lacks; null if there is none. */
  findOther?(text: string): Promise<Choice | null>;
  /** Whether the answer may list several, separated by commas. */
  several?: boolean;
  notFound: string;
}

/** Returns the chosen ones, by name, ID or number in the list. Throws UsageError for a missing or wrong option. */
export async function choose(
  question: Question,
  given: string | undefined,
  prompt: Prompt | null,
): Promise<[Choice, ...Choice[]]> {
  const { option, choices, notFound } = question;
  if (given !== undefined || prompt === null) {
    if (given === undefined) throw new UsageError(`${option} is missing.`);
    const answers = await findAll(question, given, false);
    if (typeof answers !== "string") return answers;
    throw new UsageError(`${option}: ${answers}: ${notFound}`);
  }
  const lines = choices
    .slice(0, MAX_LISTED)
    .map(({ name, usable = true }, index) => `${index + 1}. ${name}${usable ? "" : " (not usable yet)"}`);
  if (lines.length > 0) prompt.say(lines.join("\n"));
  for (;;) {
    const answers = await findAll(question, await prompt.ask(question.text), true);
    if (typeof answers !== "string") return answers;
    prompt.say(notFound);
  }
}

/** Returns the choices, or the first text that names none. */
async function findAll(
  { choices, findOther, several = false }: Question,
  given: string,
  byNumber: boolean,
): Promise<[Choice, ...Choice[]] | string> {
  const [first = "", ...others] = several ? given.split(",").map((each) => each.trim()) : [given];
  const find = async (text: string): Promise<Choice | null> => {
    const name = text.replace(/^[#@]/, "").toLowerCase();
    const listed = choices.find(({ id, name: own }) => id === text || own.toLowerCase() === name);
    return listed ?? (byNumber ? choices[Number(text) - 1] : null) ?? (await findOther?.(text)) ?? null;
  };
  const found = await find(first);
  if (found === null) return first;
  const answers: [Choice, ...Choice[]] = [found];
  for (const text of others) {
    const other = await find(text);
    if (other === null) return text;
    answers.push(other);
  }
  return answers;
}
