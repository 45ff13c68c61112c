import type { EffectKind, FailingEffect } from "../../app/ports/effect-store.ts";
import { isChannel } from "./permalinks.ts";
import { code } from "./text.ts";

const EFFECT_LABELS: Record<EffectKind, (about: string) => string> = {
  post: (channel) => `The message in ${channelName(channel)} is not posted yet`,
  update: (channel) => `The message in ${channelName(channel)} is not up to date`,
  digest: (channel) => `The digest in ${channelName(channel)} is not up to date`,
  notice: (channel) => `A notice in ${channelName(channel)} is not posted yet`,
  recipients: () => "Those for whom a message is meant are not found yet",
  signal: () => "The signal has not done its work yet",
  click: () => "A click is not judged yet",
  reply: () => "A person does not know yet why their click did not count",
  publish: () => "An audit event is not published",
};

/** What stands in the way of a request's work, such as a channel that Countersign is not in. */
export function failingEffectLine({ kind, about, error }: FailingEffect): string {
  return `• ${EFFECT_LABELS[kind](about)}: ${code(error, 200)}`;
}

function channelName(id: string): string {
  return isChannel(id) ? `<#${id}>` : code(id, 40);
}
