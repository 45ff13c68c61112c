import { hash } from "node:crypto";
import { once } from "node:events";
import { type Command, InvalidArgumentError, Option } from "commander";
import { findInTrail, readTrail, showFromTrail } from "../app/audit/read-trail.ts";
import { type TrailCheck, verifyTrail } from "../app/audit/verify-trail.ts";
import { describeFinding } from "../core/chain-finding.ts";
import { parseMoment } from "../core/command-times.ts";
import { counted } from "../core/counted.ts";
import { parsePastedId } from "../core/pasted-id.ts";
import { CSV_HEADER, toCsv, toJsonLine } from "../core/trail-export.ts";
import type { TrailSearch } from "../core/trail-report.ts";
import type { ChainPosition } from "../core/verify-chain.ts";
import { systemClock } from "../ops/clock.ts";
import { withTrail } from "./open-trail.ts";
import type { CommandResult } from "./output.ts";

export function addAudit(program: Command): void {
  const audit = program.command("audit").description("read and verify the audit trail, also while the bot runs");
  audit
    .command("verify")
    .description("recompute the hash chain, and name every record that was altered, deleted, inserted or swapped")
    .option(
      "--head <seq:hash>",
      "a head that was noted outside of the database, such as seq and hash of a published event: also finds a chain that was rewritten or cut off",
      parseHead,
    )
    .action(({ head: noted }: { head?: ChainPosition }) =>
      withTrail(async (trail) => {
        const head = noted ?? null;
        return describeCheck(await verifyTrail(trail, head, CHECKING), head);
      }),
    );
  addExport(audit);
  addFind(audit);
  addShow(audit);
}

interface Period {
  since?: number;
  until?: number;
}

const toFilter = ({ since, until }: Period) => ({ since: since ?? null, until: until ?? null });

function addPeriod(command: Command, of: string): Command {
  return command
    .option(
      "--since <time>",
      `${of} at this time or later: 2026-11-20, "2026-11-20 14:30", 2026-11-20T14:30:00Z or an age such as 30d; UTC`,
      parseTime("start"),
    )
    .option("--until <time>", `${of} before this time; a date includes the whole day`, parseTime("end"));
}

/** Ends the command if no time can be in the period: an empty result would look like an empty trail. */
function checkPeriod(command: Command, { since, until }: Period): void {
  if (since !== undefined && since > systemClock.now()) command.error("error: --since is in the future.");
  if (since !== undefined && until !== undefined && until <= since)
    command.error("error: --until is earlier than --since.");
}

const parseTime = (edge: "start" | "end") => (text: string) => {
  const time = parseMoment(text, { now: systemClock.now(), zone: "UTC" }, edge);
  if (time === null)
    throw new InvalidArgumentError(
      'Write a date such as 2026-11-20, a time such as "2026-11-20 14:30" or 2026-11-20T14:30:00Z, or an age such as 30d.',
    );
  return time;
};

function addExport(audit: Command): void {
  addPeriod(audit.command("export").description("write all audit records to stdout, oldest first"), "records")
    .addOption(
      new Option("--format <format>", "csv for spreadsheets, jsonl for programs")
        .choices(["jsonl", "csv"])
        .default("jsonl"),
    )
    .action(({ format, ...period }: Period & { format: "jsonl" | "csv" }, command: Command) => {
      checkPeriod(command, period);
      return withTrail(async (trail) => {
        if (format === "csv") await print(CSV_HEADER);
        for await (const records of readTrail(trail, toFilter(period)))
          await print(records.map(format === "csv" ? toCsv : toJsonLine).join(""));
        return { ok: true, lines: [] };
      });
    });
}

function addFind(audit: Command): void {
  addPeriod(audit.command("find").description("list requests, one line each, oldest first"), "requests that opened")
    .option("--document <glob>", "the name of the runbook, such as Prod-DB-*")
    .option(
      "--person <person>",
      "who started, decided or clicked: a Slack user ID, name, email address or ARN; * matches any text",
    )
    .action(({ document = null, person = null, ...period }: Period & Partial<TrailSearch>, command: Command) => {
      checkPeriod(command, period);
      return withTrail(async (trail) => {
        let count = 0;
        let areIntact = true;
        for await (const { line, intact } of findInTrail(trail, toFilter(period), { document, person }, sha256)) {
          count++;
          areIntact &&= intact;
          await print(`${line}\n`);
        }
        if (!areIntact) return ALTERED;
        return { ok: count > 0, lines: count > 0 ? [] : ["No request matches."] };
      });
    });
}

function addShow(audit: Command): void {
  audit
    .command("show")
    .description("answer who let an execution run: requester, approvers, votes, AWS principal, AWS's response and end")
    .argument(
      "<execution-id>",
      "the id of the execution, its first eight characters, its ARN or AWS console link, or the id of the request",
    )
    .action((text: string) =>
      withTrail(async (trail) => {
        const found = await showFromTrail(trail, toIdentifier(text), sha256);
        if (found === null)
          return {
            ok: false,
            lines: [
              `No audit record has the id ${JSON.stringify(text)}. Give the execution ID, its first eight characters, or the whole request ID. \`countersign audit verify\` shows whether retention deleted records.`,
            ],
          };
        await print(`${found.lines.join("\n")}\n`);
        return found.intact ? { ok: true, lines: [] } : ALTERED;
      }),
    );
}

/** Returns the id, or its beginning, in a text that may be pasted from a message, a link or an ARN. */
function toIdentifier(text: string): string {
  const pasted = parsePastedId(text);
  return pasted.kind === "id" ? pasted.id : pasted.kind === "prefix" ? pasted.prefix : text;
}

const ALTERED: CommandResult = {
  ok: false,
  lines: ["At least one record was altered: run countersign audit verify."],
};

/** Writes to stdout, and waits while its reader is slow. A reader that has left, such as head, ends the command. */
async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, "drain");
}

const sha256 = (text: string) => hash("sha256", text);
const CHECKING = { sha256, turn: systemClock.turn };

function parseHead(text: string): ChainPosition {
  const [, seq = "", hash = ""] = /^(\d{1,10}):([0-9a-f]{64})$/i.exec(text.trim()) ?? [];
  if (seq === "") throw new InvalidArgumentError("Write it as SEQ:HASH, such as the Head that audit verify prints.");
  return { seq: Number(seq), hash: hash.toLowerCase() };
}

/** Findings that are printed one by one. */
const MAX_PRINTED = 100;

const describeDeleted = ({ seq, hash }: ChainPosition) =>
  `Retention deleted record ${seq}, so the noted head ${seq}:${hash} can no longer be checked.`;

/** Describes the result of `audit verify`. */
export function describeCheck(check: TrailCheck, noted: ChainPosition | null): CommandResult {
  if (check.kind === "no-head")
    return {
      ok: false,
      lines: [
        "The head of the chain is missing: the only row of the table audit_head was deleted.",
        "Compare the records with the published audit events, and restore a backup of the database.",
      ],
    };
  const { count, after, last, findings, isNotedDeleted } = check;
  const deleted = isNotedDeleted && noted !== null ? [describeDeleted(noted)] : [];
  const range = count === 0 ? "no records" : `${counted(count, "record")}, ${after.seq + 1} to ${last.seq}`;
  if (findings.length > 0) {
    const more = findings.length - MAX_PRINTED;
    return {
      ok: false,
      lines: [
        `The audit trail was changed (${range}):`,
        ...findings.slice(0, MAX_PRINTED).map((finding) => `  ${describeFinding(finding)}`),
        ...(more > 0 ? [`  and ${more} more`] : []),
        ...deleted,
      ],
    };
  }
  // Neither a proof nor a change: a script must not take it for one of them.
  if (deleted.length > 0)
    return {
      ok: false,
      isUnchecked: true,
      lines: [
        ...deleted,
        `The chain after the checkpoint is intact: ${range}.`,
        `Compare a newer head, or note this one outside of the database now: ${last.seq}:${last.hash}`,
      ],
    };
  const retained =
    after.seq === 0 ? [] : [`Retention deleted the records up to ${after.seq}; the rest continues its checkpoint.`];
  const advice =
    noted === null
      ? "Note the head outside of this database. Only audit verify --head SEQ:HASH finds a chain that was rewritten as a whole."
      : `The chain contains the noted head ${noted.seq}:${noted.hash}.`;
  return {
    ok: true,
    lines: [`The audit trail is intact: ${range}.`, ...retained, `Head: ${last.seq}:${last.hash}`, advice],
  };
}
