import type { NameRenderer } from "../../src/core/name-renderer.ts";

const quoted = (text: string) => `"${text}"`;

/** Shows names as Slack's mentions, and texts by others in quotation marks. */
export const mention: NameRenderer = {
  user: (id) => `<@${id}>`,
  group: (id) => `<!subteam^${id}>`,
  channel: (id) => `<#${id}>`,
  text: quoted,
  word: quoted,
  link: (url, label) => `<${url}|${label}>`,
  strong: quoted,
};
