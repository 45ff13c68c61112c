import type { HealthReport } from "../../app/admin/health.ts";
import type { EffectKind } from "../../app/ports/effect-store.ts";
import { code } from "./text.ts";

/** The label of one effect, and of any other number. */
const EFFECT_LABELS: Record<EffectKind, readonly [string, string]> = {
  post: ["message to post", "messages to post"],
  update: ["message to update", "messages to update"],
  digest: ["digest to post", "digests to post"],
  notice: ["notice to post", "notices to post"],
  recipients: ["recipient lookup to do", "recipient lookups to do"],
  requester: ["requester lookup to do", "requesters to look up"],
  signal: ["signal to send", "signals to send"],
  verify: ["signal to verify", "signals to verify"],
  click: ["click to evaluate", "clicks to evaluate"],
  reply: ["reply to deliver", "replies to deliver"],
  publish: ["audit event to publish", "audit events to publish"],
};

/** More failing targets are not listed one by one. */
const MAX_TARGETS = 30;

/** Renders the reply to `/approvals health`. */
export function healthText(report: HealthReport & { kind: "health" }, now: number): string {
  const { work, targets, slackConnected, storeFault } = report;
  const lines = [
    `*Slack*: ${slackConnected ? "connected" : "not connected"}`,
    `*Database*: ${work === null ? "unreachable" : (storeFault ?? "OK")}`,
  ];
  if (work === null) return lines.join("\n");
  const failing = targets.filter((target) => target.stale || target.error !== null);
  lines.push(`*Targets*: ${targets.length - failing.length} of ${targets.length} OK`);
  for (const { target, polledAt, error, stale } of failing.slice(0, MAX_TARGETS)) {
    const when = polledAt === null ? "never polled" : `last polled ${Math.round((now - polledAt) / 1000)} s ago`;
    lines.push(
      `• ${code(target, 100)}: ${stale ? "stale, " : ""}${when}${error === null ? "" : `, ${code(error, 200)}`}`,
    );
  }
  if (failing.length > MAX_TARGETS) lines.push(`• and ${failing.length - MAX_TARGETS} more`);
  const uncovered = work.uncovered === 0 ? "" : ` (${work.uncovered} without a route)`;
  lines.push(`*Open requests*: ${work.open}${uncovered}`);
  const behind = work.effects.filter(({ due }) => due > 0);
  lines.push(behind.length === 0 ? "*Queues*: empty" : "*Queues*");
  for (const { kind, due, failing, lastError } of behind) {
    const why = lastError === null ? "" : `; ${code(lastError.about, 60)}: ${code(lastError.error, 250)}`;
    const label = EFFECT_LABELS[kind][due === 1 ? 0 : 1];
    const failed = failing === 0 ? "" : due === 1 ? ", after a failure" : `, ${failing} of them after a failure`;
    lines.push(`• ${due} ${label}${failed}${why}`);
  }
  return lines.join("\n");
}
