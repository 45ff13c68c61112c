/** Answers "who let this run?" from the audit records of a request, in plain text for a terminal. */

import { findTerms, outcomeText } from "./action-terms.ts";
import type { AuditDetails, StoredRecord } from "./audit-records.ts";
import { clean } from "./clean-text.ts";
import { denialLabel } from "./denial-label.ts";
import { globMatches } from "./glob.ts";
import type { NameRenderer } from "./name-renderer.ts";
import { asText } from "./parse-object.ts";
import { describeRecordedApprovers, describeRecordedPolicy } from "./recorded-rule.ts";
import type { Authority, StepAction } from "./request.ts";
import { toIsoTime } from "./trail-export.ts";
import { find, type Read, readRecords } from "./trail-records.ts";

/**
 * Writes one page about a request. `intact`: whether the hash of each of its records is that of its fields. Throws if a
 * record was altered so that it has no meaning.
 */
export function requestReport(stored: readonly StoredRecord[], intact: boolean): string[] {
  const records = readRecords(stored);
  const opened = find(records, "requested");
  const decided = find(records, "decided");
  const closed = find(records, "closed");
  const context = findFirst(records, ["decided", "requested", "closed"]).detail;
  const shown = decided?.detail.shown ?? opened?.detail.shown;
  const ended = find(records, "ended")?.detail.executionStatus;
  const ending = [describeEnd(records), ended === undefined ? null : `the execution ended: ${ended}`];
  const rows: [string, readonly (string | null)[]][] = [
    ["Execution", [`${context.executionId} in ${context.target}, account ${context.account}`]],
    ["Requester", [`${describeRequester(findRequester(records))}; request ${at(opened)}`]],
    ["Shown", shown === undefined ? ["not recorded"] : describeShown(shown)],
    ["Could decide", describeRule(context, opened?.detail.policyHash)],
    ["Votes", records.flatMap((record) => describeVote(record, context))],
    ["Decision", [describeDecision(decided)]],
    ["AWS", records.flatMap((record) => describeSignal(record, context))],
    ["End", ending],
    ["Messages", (closed?.detail ?? context).messageLinks],
    ["Records", [`${listNumbers(stored)}: ${intact ? INTACT : ALTERED}`]],
  ];
  return [
    `${line(context.documentName)}, step ${line(context.stepName)} (request ${line(stored[0]?.requestId)})`,
    ...rows.flatMap(([label, texts]) => layOut(label, texts)),
  ];
}

const LABEL_WIDTH = 14;

const asIs = (text: string) => text;

/** Names for a terminal, which has no access to Slack. */
const IDS: NameRenderer = {
  ...{ user: asIs, text: asIs, word: asIs, link: asIs, strong: asIs },
  group: (id) => `members of ${id}`,
  channel: (id) => `channel ${id}`,
};

/** The further lines of a text are indented: a line break in the value of a parameter must not look like another parameter. */
function layOut(label: string, texts: readonly (string | null)[]): string[] {
  const lines = texts.flatMap((text) => (text === null ? [] : clean(text).replaceAll("\n", "\n  ").split("\n")));
  return (lines.length === 0 ? ["none"] : lines).map(
    (text, index) => `  ${(index === 0 ? label : "").padEnd(LABEL_WIDTH)}${text}`,
  );
}

/** A text of others on one line. */
const line = (text: unknown): string => clean(asText(text ?? "unknown")).replaceAll("\n", " ");

const at = (read: Read | undefined): string =>
  read === undefined ? "at an unknown time" : `at ${toIsoTime(read.record.at)}`;

/** A record that shows the execution. */
type Shows = Extract<Read, { kind: "requested" | "decided" | "closed" }>;
type Context = Shows["detail"];

const NO_ONE: Context["requester"] = { principal: null, userIds: [], email: null };

/** Returns the record of the first kind that exists. Retention may have deleted the earlier records of a request. */
function findFirst(records: readonly Read[], kinds: readonly Shows["kind"][]): Shows {
  const [first] = kinds.flatMap((kind) => find(records, kind) ?? []);
  if (first === undefined) throw new Error("no record shows the execution");
  return first;
}

/** Finds the requester in the newest record of a request: Slack may return the people after the opening. */
const findRequester = (records: readonly Read[]): Context["requester"] =>
  findFirst(records, ["closed", "decided", "requested"]).detail.requester;

function describeRequester({ parents = [], ...own }: Context["requester"]): string {
  const texts = [own, ...parents].map(({ principal, userIds, email }) => {
    const people = [...userIds, ...(email === null ? [] : [email])];
    return `${principal ?? "a principal that AWS does not name"}${people.length === 0 ? "" : ` (${people.join(", ")})`}`;
  });
  return texts.join("; a parent execution by ");
}

function describeShown(shown: AuditDetails["requested"]["shown"]): string[] {
  const { question, descriptions = {}, documentVersion, parameters, parents = [] } = shown;
  const values = (of: Record<string, string>) => Object.entries(of).map(([name, value]) => `${name} = ${value}`);
  return [
    question ?? "no question by the author of the runbook",
    ...Object.entries(descriptions).map(([of, text]) => `description of the ${of}: ${line(text)}`),
    `version ${documentVersion ?? "unknown"} of the runbook`,
    ...values(parameters),
    ...parents.flatMap((each) => [`child of ${line(each.documentName)}`, ...values(each.parameters)]),
  ];
}

function describeRule(context: Context, openedHash: string | undefined): string[] {
  const { route, approvers } = context;
  const by = route === null || approvers === null ? "" : `by route ${JSON.stringify(route)}, `;
  return [
    describeRecordedApprovers(context, IDS),
    `${by}configuration ${describeRecordedPolicy(context, openedHash, IDS)}`,
  ];
}

const because = (reason: string | null | undefined): string => (reason == null ? "" : `: ${JSON.stringify(reason)}`);
const glass = (authority: Authority | undefined): string => (authority === "break-glass" ? " by BREAK-GLASS" : "");

function describeVote({ record, kind, detail }: Read, context: StepAction): string[] {
  const { voted, noun, verb } = findTerms(context);
  const who = `${toIsoTime(record.at)} ${record.actor}`;
  switch (kind) {
    case "voted":
      return [
        `${who} (${line(detail.name)}) ${voted[detail.verdict]}${glass(detail.authority)}${because(detail.reason)}`,
      ];
    case "withdrawn":
      return [`${who} withdrew the ${noun.approve}`];
    case "vote-dropped":
      return [
        `${toIsoTime(record.at)} ${noun.approve} of ${detail.userId} no longer counts: ${denialLabel(detail.denial)}`,
      ];
    case "denied":
      return [
        `${who} tried to ${detail.verdict === "withdraw" ? "withdraw" : verb[detail.verdict]}; it did not count: ${denialLabel(detail.denial)}`,
      ];
    default:
      return [];
  }
}

function describeDecision(decided: Extract<Read, { kind: "decided" }> | undefined): string {
  if (decided === undefined) return "not decided in Slack";
  const { decision, votes, authority } = decided.detail;
  const decisive = votes.filter(({ verdict }) => verdict === decision);
  const people = decisive.map(
    ({ userId, name, email }) => `${line(name)} (${email === null ? userId : `${userId}, ${email}`})`,
  );
  return `${findTerms(decided.detail).past[decision]}${glass(authority)} ${at(decided)} by ${people.join(", ")}`;
}

function describeSignal({ record, kind, detail }: Read, context: StepAction): string[] {
  const when = toIsoTime(record.at);
  switch (kind) {
    case "signal-sending":
      return [
        `${when} attempt ${detail.attempt}: ${findTerms(context).verb[detail.decision]} as ${detail.principal ?? detail.session ?? "the bot"}`,
      ];
    case "signal-accepted":
      return [
        `${when} AWS accepted it${detail.awsRequestId === undefined ? "" : ` (AWS request ${detail.awsRequestId})`}`,
      ];
    case "signal-ambiguous":
    case "signal-refused":
    case "signal-deferred":
      return [`${when} ${kind.slice("signal-".length)}: ${line(detail.error)}`];
    case "signal-verified":
      return [
        `${when} ${detail.result === "confirmed" ? "AWS shows the decision of this signal" : "AWS does not show who decided the step"}`,
      ];
    case "signal-misdirected":
      return [
        `${when} MISDIRECTED: the signal reached ${detail.reachedStep ?? "another step"}; this step was decided by ${detail.decidedBy.join(", ") || "an unknown principal"}`,
      ];
    case "signal-without-effect":
      return [`${when} WITHOUT EFFECT: AWS accepted the signal, and the step still waits`];
    default:
      return [];
  }
}

function describeEnd(records: readonly Read[]): string {
  const closed = find(records, "closed");
  if (closed === undefined) return "the step still waits, or its end is not recorded";
  const { where, by, detail, comment } = closed.detail.outcome;
  const place =
    where === "slack"
      ? `in Slack${find(records, "signal-misdirected") === undefined ? "" : " according to this record, but a signal decided another step,"}`
      : `outside of Slack by ${by.join(", ") || "a principal that AWS does not show"}`;
  return `${outcomeText(closed.detail.outcome, closed.detail)} ${place} ${at(closed)}${detail === null ? "" : `: ${line(detail)}`}${comment === undefined ? "" : `, with the comment ${JSON.stringify(comment)}`}`;
}

const INTACT = "each hash is intact. countersign audit verify checks the whole chain.";
const ALTERED = "AT LEAST ONE WAS ALTERED. Run countersign audit verify.";
const listNumbers = (stored: readonly StoredRecord[]): string => stored.map(({ seq }) => seq).join(", ");

/** A search for requests. `document`: a glob; `person`: a Slack user ID, a name, an email address, or a glob over ARNs. */
export interface TrailSearch {
  document: string | null;
  person: string | null;
}

/**
 * Returns one line about a request, or null if the search does not match. A request with an altered record matches every
 * search, because its true runbook and people are unknown. Throws if a record was altered so that it has no meaning.
 */
export function requestLine(stored: readonly StoredRecord[], intact: boolean, search: TrailSearch): string | null {
  const records = readRecords(stored);
  const opened = findFirst(records, ["requested", "decided", "closed"]);
  if (!intact) return `${writeLine(opened, records)} | ${ALTERED}`;
  return doesMatch(search, opened, records) ? writeLine(opened, records) : null;
}

/** Returns the line about a request of which no page or line can be written. */
export const unreadableRequest = (stored: readonly StoredRecord[]): string =>
  `Request ${line(stored[0]?.requestId)}: its records cannot be read. Records ${listNumbers(stored)}: ${ALTERED}`;

function doesMatch({ document, person }: TrailSearch, { detail }: Shows, records: readonly Read[]): boolean {
  if (document !== null && !globMatches(document.toLowerCase(), detail.documentName.toLowerCase())) return false;
  const names = records.flatMap(toPeople).map((name) => name.toLowerCase());
  return person === null || names.some((name) => globMatches(person.toLowerCase(), name));
}

function writeLine({ record, detail }: Shows, records: readonly Read[]): string {
  const { documentName, stepName, executionId, target, route } = detail;
  return [
    toIsoTime(record.at),
    executionId,
    documentName,
    stepName,
    target,
    `route ${route ?? "none"}`,
    `started by ${describeRequester(findRequester(records))}`,
    describeDecision(find(records, "decided")),
    describeEnd(records),
  ]
    .map(line)
    .join(" | ");
}

/** Everything by which a person may be known in a record. */
function toPeople({ record, detail }: Read): string[] {
  const votes = "votes" in detail ? detail.votes.flatMap(({ userId, name, email }) => [userId, name, email]) : [];
  const { parents = [], ...own } = "requester" in detail ? detail.requester : NO_ONE;
  const requesters = [own, ...parents].flatMap(({ principal, email, userIds }) => [principal, email, ...userIds]);
  const voter = "name" in detail ? [detail.name] : [];
  return [...record.actor.split(", "), ...votes, ...requesters, ...voter].filter((name) => name !== null);
}
