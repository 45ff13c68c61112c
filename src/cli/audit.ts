import { hash } from "node:crypto";
import { type Command, InvalidArgumentError } from "commander";
import { type TrailCheck, verifyTrail } from "../app/audit/verify-trail.ts";
import { describeFinding } from "../core/chain-finding.ts";
import type { ChainPosition } from "../core/verify-chain.ts";
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
        return describeCheck(await verifyTrail(trail, head, sha256), head);
      }),
    );
}

const sha256 = (text: string) => hash("sha256", text);

function parseHead(text: string): ChainPosition {
  const [, seq = "", hash = ""] = /^(\d{1,10}):([0-9a-f]{64})$/i.exec(text.trim()) ?? [];
  if (seq === "") throw new InvalidArgumentError("Write it as SEQ:HASH, such as the Head that audit verify prints.");
  return { seq: Number(seq), hash: hash.toLowerCase() };
}

/** Findings that are printed one by one. */
const MAX_PRINTED = 100;

function describeCheck(check: TrailCheck, noted: ChainPosition | null): CommandResult {
  if (check.kind === "no-head")
    return {
      ok: false,
      lines: ["The head of the chain is missing: the only row of the table audit_head was deleted."],
    };
  const { count, after, last, findings } = check;
  const range = count === 0 ? "no records" : `${count} records, ${after.seq + 1} to ${last.seq}`;
  if (findings.length > 0) {
    const more = findings.length - MAX_PRINTED;
    return {
      ok: false,
      lines: [
        `The audit trail was changed (${range}):`,
        ...findings.slice(0, MAX_PRINTED).map((finding) => `  ${describeFinding(finding)}`),
        ...(more > 0 ? [`  and ${more} more`] : []),
      ],
    };
  }
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
