import { oneLine } from "./clean-text.ts";
import { isFlag, type Parsers, toParts } from "./command-parts.ts";
import type { PersonalTime } from "./command-times.ts";
import {
  type OutcomeFilter,
  type PersonWord,
  toAccount,
  toDuration,
  toMoment,
  toName,
  toOneName,
  toOutcome,
  toPerson,
  toStatuses,
} from "./command-values.ts";
import { quote, splitWords, type Word } from "./command-words.ts";
import { findNearest } from "./nearest.ts";

/** The conditions of a list; each is absent if it was not given. Names are matched as `nameMatches` does. */
export interface Filters {
  account?: string;
  region?: string;
  document?: string;
  route?: string;
  target?: string;
  /** Milliseconds. */
  older?: number;
  status?: string[];
  since?: number;
  /** Exclusive. */
  until?: number;
  by?: PersonWord;
  outcome?: OutcomeFilter;
}

/** `words`: what the command is about, such as an ID; empty for a list. */
export interface Command {
  name: CommandName;
  words: string;
  filters: Filters;
  mine: boolean;
  share: boolean;
  /** The command as text without `share`: the same command when it is parsed again. */
  text: string;
}

/**
 * What is wrong with a command. `argument` is the part at fault, `value` the value that was given for it, and `example` a
 * command that is right. `problem` ends the sentence, in mrkdwn, without text by people.
 */
export interface CommandError {
  argument: string;
  value?: string;
  problem: string;
  example: string;
}

export type ParsedCommand = { kind: "command"; command: Command } | { kind: "error"; error: CommandError };

export type CommandName = keyof typeof GRAMMAR;

export type FilterName = keyof Filters;

/** Each command with its filters, its flags, whether it needs words, and an example. */
const GRAMMAR = {
  pending: {
    filters: ["account", "region", "document", "route", "target", "older"],
    flags: ["mine", "share"],
    words: false,
    example: "pending document:Prod-DB-* older:1h",
  },
  show: { filters: [], flags: ["share"], words: true, example: "show 4f2a91c7" },
  executions: {
    filters: ["status", "document", "since"],
    flags: ["share"],
    words: false,
    example: "executions status:failed since:yesterday",
  },
  history: {
    filters: ["by", "document", "since", "until", "outcome"],
    flags: ["share"],
    words: false,
    example: "history by:@jane since:2026-11-20",
  },
  stats: { filters: ["since"], flags: ["share"], words: false, example: "stats since:7d" },
  policy: { filters: [], flags: ["share"], words: true, example: "policy 4f2a91c7" },
  health: { filters: [], flags: ["share"], words: false, example: "health" },
  help: { filters: [], flags: [], words: false, example: "help" },
} as const satisfies Record<
  string,
  { filters: readonly FilterName[]; flags: readonly ("mine" | "share")[]; words: boolean; example: string }
>;

/** An example of each filter. */
const EXAMPLES: Record<FilterName, string> = {
  account: "account:111122223333",
  region: "region:eu-west-1",
  document: "document:Prod-DB-*",
  route: 'route:"production databases"',
  target: "target:production",
  older: "older:1h",
  status: "status:failed",
  since: "since:yesterday",
  until: "until:2026-11-20",
  by: "by:@jane",
  outcome: "outcome:rejected",
};

const NAMES = Object.keys(GRAMMAR) as CommandName[];

/** A longer text is no command, and a button can carry this one. */
const MAX_COMMAND_LENGTH = 1_000;

/** Parses the text after `/approvals`. Never throws. */
export function parseCommand(input: string, time: PersonalTime): ParsedCommand {
  const text = oneLine(input);
  if (text.length > MAX_COMMAND_LENGTH)
    return failed("command", `is longer than ${MAX_COMMAND_LENGTH} characters.`, "pending older:1h");
  const words = splitWords(text);
  const [first, ...others] = words;
  if (first === undefined) return parseRest("pending", [], time);
  const typed = first.text.toLowerCase().replace(/[,;]+$/, "");
  const name = NAMES.find((each) => first.key === null && each === typed);
  if (name !== undefined) return parseRest(name, others, time);
  // Without a command, filters are those of the list of waiting requests.
  const isPending =
    first.key !== null || isFlag(first, GRAMMAR.pending.flags) || isOneOf(GRAMMAR.pending.filters, typed);
  if (isPending) return parseRest("pending", words, time);
  const nearest = findNearest(first.text, NAMES);
  const example = nearest === null ? "help" : GRAMMAR[nearest].example;
  return failed(
    first.text,
    nearest === null ? "is not a command." : `is not a command. Did you mean \`${nearest}\`?`,
    example,
  );
}

const failed = (argument: string, problem: string, example: string, value = ""): ParsedCommand => ({
  kind: "error",
  error: { argument: argument || "command", problem, example, ...(value === "" ? {} : { value }) },
});

const isOneOf = (known: readonly string[], word: string) => known.includes(word);

function parseRest(name: CommandName, words: readonly Word[], time: PersonalTime): ParsedCommand {
  const { filters: known, flags: knownFlags, words: takesWords, example } = GRAMMAR[name];
  const parsers = toParsers(time);
  const values = new Map<FilterName, string>();
  const flags = new Set<string>();
  const bare: string[] = [];
  const noFilter = `is not a filter of \`${name}\`.`;
  for (const part of toParts(words, { filters: known, flags: knownFlags, parsers })) {
    switch (part.kind) {
      case "flag":
        flags.add(part.name);
        break;
      case "filter":
        if (values.has(part.name)) return failed(`${part.name}:`, "is given twice.", `${name} ${EXAMPLES[part.name]}`);
        values.set(part.name, part.text);
        break;
      case "ambiguous": {
        const problem = `can be a longer name or end before \`${part.before}\`. Put the name in quotes, or write \`${part.before}:\`.`;
        return failed(
          `${part.name}:`,
          problem,
          `${name} ${part.name}:"${part.name === "by" ? "Jane Ito" : "production databases"}"`,
          part.text,
        );
      }
      case "word": {
        const { key, text } = part.word;
        if (takesWords) bare.push(key === null ? text : `${key}:${text}`);
        else if (key === null) return failed(text, noFilter, example);
        else return noSuchFilter(name, key);
        break;
      }
      default:
        throw new Error(`unexpected ${part satisfies never}`);
    }
  }
  const about = bare.join(" ").trim();
  if (takesWords && about === "") return failed("ID", `is missing after \`${name}\`.`, example);
  const filters: Filters = {};
  for (const [filter, text] of values) {
    const parsed = text === "" ? { problem: "has no value." } : parsers[filter](text);
    if ("problem" in parsed) return failed(`${filter}:`, parsed.problem, `${name} ${EXAMPLES[filter]}`, text);
    Object.assign(filters, { [filter]: parsed.value });
  }
  const { since, until } = filters;
  if (since !== undefined && until !== undefined && until <= since)
    return failed("until:", "is earlier than `since:`.", `${name} since:2026-11-01 until:2026-11-20`);
  const mine = flags.has("mine");
  const command = { name, words: about, filters, mine, share: flags.has("share") };
  return { kind: "command", command: { ...command, text: toText(command, values) } };
}

function noSuchFilter(name: CommandName, key: string): ParsedCommand {
  const nearest = findNearest<FilterName>(key, GRAMMAR[name].filters);
  const [hint, right] =
    nearest === null ? ["", GRAMMAR[name].example] : [` Did you mean \`${nearest}:\`?`, `${name} ${EXAMPLES[nearest]}`];
  return failed(`${key}:`, `is not a filter of \`${name}\`.${hint}`, right);
}

/** Returns the parser of each filter, for a person with this clock and time zone. */
export function toParsers(time: PersonalTime): Parsers {
  return {
    account: toAccount,
    region: toOneName,
    document: toOneName,
    route: toName,
    target: toName,
    older: toDuration,
    status: toStatuses,
    since: toMoment(time, "start"),
    until: toMoment(time, "end"),
    by: toPerson,
    outcome: toOutcome,
  };
}

function toText({ name, words, mine }: Omit<Command, "text">, values: ReadonlyMap<string, string>): string {
  const quoted = [...values].map(([key, text]) => `${key}:${quote(text)}`);
  return [name, ...(words === "" ? [] : [quote(words)]), ...quoted, ...(mine ? ["mine"] : [])].join(" ");
}
