import type { EffectKind, Problem } from "../../app/ports/coordination.ts";
import { isChannel } from "./permalinks.ts";
import { code } from "./text.ts";

const WORDS: Record<EffectKind, (about: string) => string> = {
  post: (channel) => `The message in ${channelName(channel)} is not posted yet`,
  update: (channel) => `The message in ${channelName(channel)} is not up to date`,
  digest: (channel) => `The digest in ${channelName(channel)} is not up to date`,
  notice: (channel) => `A notice in ${channelName(channel)} is not posted yet`,
  errand: () => "Those for whom a message is meant are not found yet",
  signal: () => "The signal has not done its work yet",
  judge: () => "A click is not judged yet",
  answer: () => "A person does not know yet why their click did not count",
  publish: () => "An audit event is not published",
};

/** What stands in the way of a request's work, such as a channel that Countersign is not in. */
export function problemLine({ kind, about, error }: Problem): string {
  return `• ${WORDS[kind](about)}: ${code(error, 200)}`;
}

function channelName(id: string): string {
  return isChannel(id) ? `<#${id}>` : code(id, 40);
}
