import { STSClient } from "@aws-sdk/client-sts";
import { LRUCache } from "lru-cache";
import type { AwsCalls } from "../app/ports/aws.ts";
import { observeCalls } from "./observe-calls.ts";
import { ownCredentials } from "./own-credentials.ts";
import { makeAgents, makeRequestHandler } from "./request-handler.ts";
import type { SignalSender } from "./signal-sender.ts";
import { stsOptions } from "./sts.ts";
import { UNCOUNTED } from "./uncounted.ts";

/** The sessions of approvers that are kept. Each one has a client. */
const MAX_SESSIONS = 1_000;

/** A role session of one approver. */
export interface Session {
  expiresAt: number;
  sender: SignalSender;
}

/**
 * What the targets of a process share: sockets, which belong to no identity, and the clients that assume roles, which have the
 * bot's own credentials. A client that reads or signals has the credentials and the Region of one target or session, and is
 * never shared. `destroy` of such a client would close the sockets of all: only `close` does.
 */
export interface Connections {
  /** Makes the options of a client whose connections are reused. */
  requestHandler(): ReturnType<typeof makeRequestHandler>;
  /** Makes the options of a client with a new connection for each call. */
  freshRequestHandler(): ReturnType<typeof makeRequestHandler>;
  /** Returns the client that assumes roles in this Region. */
  sts(region: string): STSClient;
  /** By the signer, the role and the Region. */
  sessions: LRUCache<string, Session>;
  close(): void;
}

/** Makes the connections of a process. Opens none yet. */
export function makeConnections(calls: AwsCalls = UNCOUNTED): Connections {
  // Each target limits its own calls: a limit here would let a slow target delay others.
  const agents = makeAgents({ maxSockets: Number.POSITIVE_INFINITY });
  const fresh = makeAgents({ maxSockets: Number.POSITIVE_INFINITY, keepAlive: false });
  const clients = new Map<string, STSClient>();
  const sessions = new LRUCache<string, Session>({ max: MAX_SESSIONS });
  const openSts = (region: string) => {
    const client = new STSClient({ ...stsOptions(agents), region, ...ownCredentials() });
    client.middlewareStack.use(observeCalls(calls));
    clients.set(region, client);
    return client;
  };
  return {
    requestHandler: () => makeRequestHandler({ agents }),
    freshRequestHandler: () => makeRequestHandler({ agents: fresh }),
    sts: (region) => clients.get(region) ?? openSts(region),
    sessions,
    close() {
      sessions.clear();
      for (const agent of [...Object.values(agents), ...Object.values(fresh)]) agent.destroy();
    },
  };
}
