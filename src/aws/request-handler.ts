import http from "node:http";
import https from "node:https";

/**
 * Makes the options of a client's connections, with timeouts in milliseconds. Each client has its own agents, because
 * `destroy` of a client closes them. HTTPS goes through the proxy of the process, which Node's global agent knows: the SDK
 * would make agents without one.
 */
export function makeRequestHandler({ requestTimeout = 10_000, keepAlive = true } = {}) {
  const { proxyEnv } = https.globalAgent.options;
  const options = { keepAlive, maxSockets: 50 };
  return {
    connectionTimeout: 3_000,
    requestTimeout,
    throwOnRequestTimeout: true,
    httpAgent: new http.Agent(options),
    httpsAgent: new https.Agent({ ...options, ...(proxyEnv === undefined ? {} : { proxyEnv }) }),
  };
}
