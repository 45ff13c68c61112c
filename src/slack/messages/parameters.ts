import type { ContextBlock, RichTextBlock, RichTextBlockElement, RichTextElement, RichTextSection } from "@slack/types";
import { counted } from "../../core/counted.ts";
import { MASK } from "../../core/mask.ts";
import { listNames } from "../../core/name-renderer.ts";
import type { Parameter, RequestFacts } from "../../core/request.ts";
import { shareRoom } from "../../core/share-room.ts";
import { context, line, preformatted, richText, span } from "./blocks.ts";
import { describeShown, fitting, textLength } from "./budget.ts";
import { linkSpans } from "./links.ts";
import { chunkSpans, packBlocks } from "./rich-chunks.ts";
import { code, EMPTY, literal, name, plain } from "./text.ts";

/** Longer values, and those of several lines, get a block of their own. */
const MAX_INLINE_LENGTH = 120;
const MAX_NAME_LENGTH = 100;
const MAX_NAMED = 3;
/** AWS accepts 8 KB of parameters altogether, which a mask can lengthen. */
const MAX_VALUE_LENGTH = 20_000;
const MAX_LIST_LENGTH = 2_000;
/** A shorter part of a value says nothing. */
const MIN_SHARE = 80;

interface Limits {
  room: number;
  most: number;
  longest: number;
  /** Follows the number of parameters that are shown if there are more. */
  rest: string;
}

interface Entry {
  label: string;
  /** The value, or a remark such as "(empty)" that is not a value. */
  value: RichTextElement;
  long: string | null;
  isDefault: boolean;
}

/** The parameters that an approver must see: all but those known to be at the runbook's defaults. */
function changedParameters(parameters: readonly Parameter[]): Parameter[] {
  return parameters.filter(({ isDefault }) => isDefault !== true);
}

/** Says how many parameters a message leaves out because of their defaults, or that the defaults are unknown. */
export function defaultsNote(parameters: readonly Parameter[]): string | null {
  const atDefaults = parameters.length - changedParameters(parameters).length;
  if (atDefaults > 0)
    return `${counted(atDefaults, "parameter")} at ${atDefaults === 1 ? "its default" : "their defaults"}`;
  return areDefaultsUnknown(parameters) ? "AWS did not return the runbook's defaults" : null;
}

const areDefaultsUnknown = (parameters: readonly Parameter[]) =>
  parameters.some(({ isDefault, masked }) => isDefault === null && !masked);

/** Shows the changed parameters on one line, and long values below it. Null if there are none. */
export function changedParametersBlock(
  parameters: readonly Parameter[],
  limits: Limits,
  block_id: string,
): RichTextBlock | null {
  const changed = changedParameters(parameters);
  if (changed.length === 0) return null;
  const { entries, cut } = toEntries(changed, limits);
  const short = entries.filter(({ long }) => long === null);
  const inline = short.flatMap(({ label, value }, index) => [
    ...(index === 0 ? [] : [span(" · ")]),
    span(label, { bold: true }),
    span(" "),
    value,
  ]);
  const elements: RichTextBlockElement[] = inline.length === 0 ? [] : [line(...inline)];
  for (const { label, long } of entries)
    if (long !== null) elements.push(line(span(label, { bold: true })), preformatted(linkSpans(long)));
  if (cut !== null) elements.push(line(span(cut, { italic: true })));
  return richText(elements, block_id);
}

/** Lists all parameters that fit, changed ones first. Null if there are none. */
export function parametersBlock(
  parameters: readonly Parameter[],
  limits: Limits,
  block_id: string,
): RichTextBlock | null {
  if (parameters.length === 0) return null;
  const { entries, cut } = toEntries(inOrder(parameters), limits);
  const elements: RichTextBlockElement[] = [heading(parameters), ...toList(entries)];
  if (cut !== null) elements.push(line(span(cut, { italic: true })));
  return richText(elements, block_id);
}

/** Lists all parameters in full, changed ones first, on as many blocks as they need. */
export function parameterBlocks(
  parameters: readonly Parameter[],
  block_id: string,
  title = heading(parameters),
): RichTextBlock[] {
  if (parameters.length === 0) return [];
  const entries = inOrder(parameters).map((parameter) => toEntry(parameter, MAX_VALUE_LENGTH));
  return packBlocks([title, ...toList(entries)], block_id);
}

/** Lists all parameters of the parent executions in full. */
export function parentBlocks({ parents = [] }: Pick<RequestFacts, "parents">): RichTextBlock[] {
  return parents.flatMap(({ documentName, parameters }, index) => {
    const title = line(span(`Parameters of its parent ${name(documentName, MAX_NAME_LENGTH)}`, { bold: true }));
    return parameterBlocks(parameters, `parent-${index + 1}`, title);
  });
}

const inOrder = (parameters: readonly Parameter[]) =>
  [...parameters].sort((a, b) => Number(a.isDefault === true) - Number(b.isDefault === true));

function heading(parameters: readonly Parameter[]): RichTextSection {
  const note = areDefaultsUnknown(parameters) ? " (AWS did not return the runbook's defaults)" : "";
  return line(span(`Parameters${note}`, { bold: true }));
}

/** Lists changed parameters as plain text of at most `room` characters, and counts the others. */
export function changedParametersText(parameters: readonly Parameter[], room: number): string {
  const changed = changedParameters(parameters);
  const all = changed.map(({ name: label, values, masked }) => {
    const value = masked ? MASK : plain(values.join(", "), 80);
    return `${plain(label, 40)} ${value}`;
  });
  for (let count = all.length; count > 0; count--) {
    const more = all.length - count;
    const text = [...all.slice(0, count), ...(more > 0 ? [`${more} more`] : [])].join(" · ");
    if (text.length <= room) return text;
  }
  return all.length === 0 ? "" : plain(`${counted(all.length, "changed parameter")}`, room);
}

const NOT_HIDDEN = "In texts, Countersign shows values that are short, common words, or parts of visible values.";

/** Names the hidden values that the texts above still show, without the texts: they are equal to those values. Null if none. */
export function notReplacedNote({ notReplaced }: Pick<RequestFacts, "notReplaced">): ContextBlock | null {
  if (notReplaced.length === 0) return null;
  const names = listNames(
    notReplaced.map((each) => code(each, MAX_NAME_LENGTH)),
    "and",
    MAX_NAMED,
  );
  const text =
    notReplaced.length === 1
      ? `A text here may contain the hidden value of ${names}. ${NOT_HIDDEN}`
      : `Texts here may contain the hidden values of ${names}. ${NOT_HIDDEN}`;
  return context(text);
}

function toEntries(parameters: readonly Parameter[], limits: Limits): { entries: Entry[]; cut: string | null } {
  const first = parameters.slice(0, limits.most).map((parameter) => toEntry(parameter, MAX_VALUE_LENGTH));
  const labels = first.reduce((sum, { label }) => sum + label.length, 0);
  const lengths = first.map((entry) => textLength(entry) - entry.label.length);
  const shares = shareRoom(lengths, limits.room - labels, limits.longest);
  const shared = parameters
    .slice(0, limits.most)
    .map((parameter, index) => toEntry(parameter, Math.max(MIN_SHARE, shares[index] ?? 0)));
  const entries = fitting(shared, limits.room, limits.most);
  const cut = describeShown(entries.length, parameters.length, "parameters");
  return { entries, cut: cut === null ? null : `${cut}${limits.rest}.` };
}

function toEntry({ name: given, values, masked, isDefault }: Parameter, longest: number): Entry {
  const common = { label: name(given, MAX_NAME_LENGTH), long: null, isDefault: isDefault === true };
  if (masked) return { ...common, value: span(MASK) };
  const separator = values.some((value) => /[,\n]/.test(value)) ? "\n" : ", ";
  const text = literal(values.join(separator), longest);
  if (text === EMPTY) return { ...common, value: span(EMPTY) };
  const isLong = text.length > MAX_INLINE_LENGTH || text.includes("\n");
  return { ...common, value: isLong ? span("") : span(text, { code: true }), long: isLong ? text : null };
}

/** Neighboring short entries become one list, of a length that Slack accepts in one block. */
function toList(entries: readonly Entry[]): RichTextBlockElement[] {
  const elements: RichTextBlockElement[] = [];
  for (const { label, value, long, isDefault } of entries) {
    const after = isDefault ? [span(" (default)")] : [];
    const head = [span(label, { bold: true }), span(": ")];
    const last = elements.at(-1);
    if (long !== null)
      elements.push(line(...head, ...after), ...chunkSpans(linkSpans(long)).map((part) => preformatted(part)));
    else if (last?.type === "rich_text_list" && textLength(last) < MAX_LIST_LENGTH)
      last.elements.push(toLine(head, value, after));
    else elements.push({ type: "rich_text_list", style: "bullet", elements: [toLine(head, value, after)] });
  }
  return elements;
}

function toLine(head: RichTextElement[], value: RichTextElement, after: RichTextElement[]): RichTextSection {
  return line(...head, value, ...after);
}
