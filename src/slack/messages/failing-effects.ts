import type { EffectKind, FailingEffect } from "../../app/ports/effect-store.ts";
import { isChannel } from "./permalinks.ts";
import { code } from "./text.ts";

const EFFECT_LABELS: Record<EffectKind, (about: string) => string> = {
  post: (channel) => `Message not posted yet in ${channelName(channel)}`,
  update: (channel) => `Message not up to date in ${channelName(channel)}`,
  digest: (channel) => `Digest not up to date in ${channelName(channel)}`,
  notice: (channel) => `Notice not posted yet in ${channelName(channel)}`,
  recipients: () => "Recipients not resolved yet",
  requester: () => "Slack account of the requester not known yet",
  signal: () => "Signal to AWS not completed yet",
  verify: () => "Signal to AWS without the expected result",
  click: () => "Click not evaluated yet",
  reply: () => "Reply to a click not delivered yet",
  publish: () => "Audit event not published yet",
};

/** Describes one effect of a request that fails, such as a message to a channel that Countersign is not in. */
export function failingEffectLine({ kind, about, error }: FailingEffect): string {
  return `• ${EFFECT_LABELS[kind](about)}: ${code(error, 200)}`;
}

function channelName(id: string): string {
  return isChannel(id) ? `<#${id}>` : code(id, 40);
}
