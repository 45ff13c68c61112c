import type { RichTextBlock, RichTextBlockElement, RichTextSection } from "@slack/types";
import type { Parameter } from "../../core/request.ts";
import { line, preformatted, richText, span } from "./blocks.ts";
import { describeShown, fitting, share } from "./budget.ts";
import { EMPTY, literal, name } from "./text.ts";

/** Longer values, and those of several lines, get a block of their own. */
const MAX_INLINE_LENGTH = 120;
const MAX_NAME_LENGTH = 100;

type Entry = { inline: RichTextSection } | { label: RichTextSection; value: RichTextBlockElement };

/** The parameters, those that differ from the runbook's defaults first; cut to fit, and says so. */
export function parametersBlock(
  parameters: readonly Parameter[],
  limits: { room: number; most: number; longest: number; rest: string },
  block_id: string,
): RichTextBlock | null {
  if (parameters.length === 0) return null;
  const ordered = [...parameters].sort((a, b) => rank(a) - rank(b));
  const count = Math.min(ordered.length, limits.most);
  const longest = share(limits.room - 60 * count, count, 80, limits.longest);
  const entries = fitting(
    ordered.slice(0, limits.most).map((parameter) => entry(parameter, longest)),
    limits.room,
    limits.most,
  );
  const cut = describeShown(entries.length, parameters.length, "parameters");
  const unknown = parameters.some(({ isDefault, masked }) => isDefault === null && !masked)
    ? " (the runbook's defaults could not be read)"
    : "";
  const elements: RichTextBlockElement[] = [line(span(`Parameters${unknown}`, { bold: true })), ...joined(entries)];
  if (cut !== null) elements.push(line(span(`${cut}${limits.rest}.`, { italic: true })));
  return richText(elements, block_id);
}

function rank(parameter: Parameter): number {
  return parameter.isDefault === true ? 1 : 0;
}

function entry(parameter: Parameter, longest: number): Entry {
  const { values, masked, isDefault } = parameter;
  const label = name(parameter.name, MAX_NAME_LENGTH);
  const remark = [...(masked ? ["masked"] : []), ...(isDefault === true ? ["default"] : [])].join(", ");
  const after = remark ? [span(` (${remark})`)] : [];
  const joins = values.some((value) => /[,\n]/.test(value)) ? "\n" : ", ";
  const text = literal(values.join(joins), longest);
  if (text === EMPTY) return { inline: line(span(label, { bold: true }), span(`: ${EMPTY}`), ...after) };
  if (text.length > MAX_INLINE_LENGTH || text.includes("\n"))
    return { label: line(span(label, { bold: true }), ...after, span(":")), value: preformatted(text) };
  return { inline: line(span(label, { bold: true }), span(": "), span(text, { code: true }), ...after) };
}

/** Neighbouring short entries become one list. */
function joined(entries: readonly Entry[]): RichTextBlockElement[] {
  const elements: RichTextBlockElement[] = [];
  for (const each of entries) {
    const last = elements.at(-1);
    if (!("inline" in each)) elements.push(each.label, each.value);
    else if (last?.type === "rich_text_list") last.elements.push(each.inline);
    else elements.push({ type: "rich_text_list", style: "bullet", elements: [each.inline] });
  }
  return elements;
}
