/** Error codes of a proxy that refuses to connect to a host: of Node's agents, and of fetch. */
const TUNNEL: ReadonlySet<unknown> = new Set(["ERR_PROXY_TUNNEL", "UND_ERR_ABORTED"]);

/** Returns the address of a proxy for people and logs, without user and password. */
export function describeProxy(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? "of HTTPS_PROXY" : `${parsed.protocol}//${parsed.host}`;
}

/**
 * Adds the proxy to the text about a network error if the connection to the proxy failed, or if the proxy refused to connect.
 * `url`: the proxy of the process, if it has one.
 */
export function withProxy(text: string, error: unknown, url: string | undefined): string {
  if (url === undefined || !(error instanceof Error) || !isOfProxy(error, url)) return text;
  return `${text} at the proxy ${describeProxy(url)}`;
}

function isOfProxy(error: Error, url: string): boolean {
  const { code, hostname, port } = error as { code?: unknown; hostname?: unknown; port?: unknown };
  if (TUNNEL.has(code)) return true;
  const proxy = URL.parse(url);
  if (proxy === null) return false;
  const proxyPort = Number(proxy.port || (proxy.protocol === "https:" ? 443 : 80));
  return hostname === proxy.hostname || port === proxyPort;
}
