import type { HealthReport } from "../../app/admin/health.ts";
import type { EffectKind } from "../../app/ports/effect-store.ts";
import { code } from "./text.ts";

const EFFECT_LABELS: Record<EffectKind, string> = {
  post: "messages to post",
  update: "messages to update",
  digest: "digests to post",
  notice: "notices to post",
  recipients: "lists of people to find",
  signal: "signals to send",
  click: "clicks to judge",
  reply: "people to tell why their click did not count",
  publish: "audit events to publish",
};

/** No answer lists more targets one by one; those that are not well come first. */
const MAX_TARGETS = 30;

/** The answer to `/approvals health`. */
export function healthText(report: HealthReport & { kind: "health" }, now: number): string {
  const { work, targets, slackConnected } = report;
  const lines = [
    `*Slack*: ${slackConnected ? "connected" : "not connected"}`,
    `*Store*: ${work === null ? "it cannot be reached" : "well"}`,
  ];
  if (work === null) return lines.join("\n");
  const sick = targets.filter((target) => target.stale || target.error !== null);
  lines.push(`*Targets*: ${targets.length - sick.length} of ${targets.length} well`);
  for (const { target, polledAt, error, stale } of sick.slice(0, MAX_TARGETS)) {
    const when = polledAt === null ? "never polled" : `last polled ${Math.round((now - polledAt) / 1000)} s ago`;
    lines.push(
      `• ${code(target, 100)}: ${stale ? "stale, " : ""}${when}${error === null ? "" : `, ${code(error, 200)}`}`,
    );
  }
  if (sick.length > MAX_TARGETS) lines.push(`• and ${sick.length - MAX_TARGETS} more`);
  const uncovered = work.uncovered === 0 ? "" : `, ${work.uncovered} of them covered by no route`;
  lines.push(`*Open requests*: ${work.open}${uncovered}`);
  const behind = work.effects.filter(({ due }) => due > 0);
  lines.push(behind.length === 0 ? "*Work*: all done" : "*Work*");
  for (const { kind, due, failing, lastError } of behind) {
    const why = lastError === null ? "" : `; ${code(lastError.about, 60)}: ${code(lastError.error, 250)}`;
    lines.push(`• ${due} ${EFFECT_LABELS[kind]}${failing === 0 ? "" : `, ${failing} of them failed before`}${why}`);
  }
  return lines.join("\n");
}
