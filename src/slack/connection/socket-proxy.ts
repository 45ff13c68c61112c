import https from "node:https";
import { EnvHttpProxyAgent } from "undici";

/** Returns the proxy of this process, which Node's global agent knows; undefined without one. */
export const findProxy = (): string | undefined => https.globalAgent.options.proxyEnv?.HTTPS_PROXY;

/**
 * Makes the dispatcher of one WebSocket, which goes through the proxy of this process; null without a proxy. Slack's client
 * connects with its own dispatcher and knows no proxy. Only the caller can close the connections.
 */
export function makeSocketDispatcher(): EnvHttpProxyAgent | null {
  const url = findProxy();
  if (url === undefined) return null;
  // Without these texts, the dispatcher would read further variables of the process.
  const noProxy = https.globalAgent.options.proxyEnv?.NO_PROXY ?? "";
  return new EnvHttpProxyAgent({ httpProxy: "", httpsProxy: url, noProxy });
}
