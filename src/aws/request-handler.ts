import http from "node:http";
import https from "node:https";

/**
 * Makes the agents of a client, or of many. HTTPS goes through the proxy of the process, which Node's global agent knows: the
 * SDK would make agents without one.
 */
export function makeAgents({ keepAlive = true, maxSockets = 50 } = {}) {
  const { proxyEnv } = https.globalAgent.options;
  const options = { keepAlive, maxSockets };
  return {
    httpAgent: new http.Agent(options),
    httpsAgent: new https.Agent({ ...options, ...(proxyEnv === undefined ? {} : { proxyEnv }) }),
  };
}

interface HandlerOptions {
  /** In milliseconds. */
  requestTimeout?: number;
  /** Left out: agents of the client's own, which its `destroy` closes. */
  agents?: ReturnType<typeof makeAgents>;
}

/** Makes the options of a client's connections. */
export function makeRequestHandler({ requestTimeout = 10_000, agents = makeAgents() }: HandlerOptions = {}) {
  return { connectionTimeout: 3_000, requestTimeout, throwOnRequestTimeout: true, ...agents };
}
