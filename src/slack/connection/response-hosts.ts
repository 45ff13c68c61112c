/** Slack's own API domains, and the host of each that receives replies to commands. Source: Slack documentation, GovSlack. */
const RESPONSE_HOSTS: readonly (readonly [RegExp, string])[] = [
  [/(^|\.)slack\.com$/, "hooks.slack.com"],
  [/(^|\.)slack-gov\.com$/, "hooks.slack-gov.com"],
];

/**
 * Makes the check of a `response_url`, which is a bearer URL from a payload. It must be on the host that Slack uses for
 * this API domain; null: Slack's own. A stand-in must be the same host and port, where loopback names are one host.
 */
export function makeResponseHostCheck(apiUrl: string | null): (responseUrl: string) => boolean {
  const api = new URL(apiUrl ?? "https://slack.com/api/");
  const [, own] = RESPONSE_HOSTS.find(([domain]) => domain.test(api.hostname)) ?? [];
  return (responseUrl) => {
    const url = URL.parse(responseUrl);
    if (url === null) return false;
    if (own !== undefined) return url.protocol === "https:" && url.host === own;
    return toHost(url) === toHost(api);
  };
}

function toHost({ hostname, port, protocol }: URL): string {
  const isLoopback = /^(?:.+\.)?localhost$|^127\.\d+\.\d+\.\d+$|^\[::1\]$/.test(hostname);
  return `${protocol}//${isLoopback ? "localhost" : hostname}:${port}`;
}
