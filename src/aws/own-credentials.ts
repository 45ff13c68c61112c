import https from "node:https";
import { defaultProvider } from "@aws-sdk/credential-provider-node";
import { makeAgents, makeRequestHandler } from "./request-handler.ts";

/**
 * Makes the credentials of a client that uses those of the bot: the SDK's default chain. Behind a proxy, the chain gets the
 * connections too. Without them, its clients for IAM Identity Center would connect directly: they do not take over the
 * connections of the client that asks. Source: @aws-sdk/credential-provider-sso, `clientConfig`.
 */
export function ownCredentials(): { credentials?: ReturnType<typeof defaultProvider> } {
  if (https.globalAgent.options.proxyEnv === undefined) return {};
  const requestHandler = makeRequestHandler({ agents: makeAgents({ keepAlive: false }) });
  return { credentials: defaultProvider({ clientConfig: { requestHandler } }) };
}
