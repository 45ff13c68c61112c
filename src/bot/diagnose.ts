import type { TargetProbes } from "../app/admin/doctor-aws.ts";
import type { Check } from "../app/admin/doctor-check.ts";
import type { SlackProbes } from "../app/admin/doctor-slack.ts";
import { runDoctor } from "../app/admin/run-doctor.ts";
import type { Clock, Log } from "../app/ports/aws.ts";
import { makeAutomation } from "../aws/automation.ts";
import { callerIdentity } from "../aws/identity.ts";
import { makePermissionProbes, makeQueueProbes, probeEventBus } from "../aws/permission-probes.ts";
import { findEventBus, makeRuleProbes } from "../aws/rule-probes.ts";
import type { Config, ProxyConfig } from "../config/config.ts";
import { locateFinding } from "../config/locate-finding.ts";
import type { Problem } from "../config/problem.ts";
import { expandTargets } from "../config/targets.ts";
import { describeProxy } from "../core/proxy-failure.ts";
import { toTargetKey } from "../core/target-key.ts";
import { probeProxy } from "../ops/proxy.ts";
import { VERSION } from "../ops/version.ts";
import { makeBoltLogger } from "../slack/connection/bolt-logger.ts";
import { makeWebClient } from "../slack/connection/client.ts";
import { describeMissingScopes } from "../slack/connection/scopes.ts";
import { findTokenApp, probeSocket } from "../slack/connection/socket-probe.ts";
import { readWorkspace, type Workspace } from "../slack/connection/workspace.ts";
import { timedFetch, UNCOUNTED } from "../slack/observe-calls.ts";
import { inspectDatabase } from "../store/inspect-database.ts";
import { toTarget } from "../workers/identify-target.ts";
import { checkPolicy } from "./check-policy.ts";

/** How long one call to AWS may take, in milliseconds. */
const TIMEOUT_MS = 20_000;
/** How long all calls may take. After that each check that is left fails, and says so. */
export const LIMIT_MS = 5 * 60_000;

interface Options {
  config: Config;
  locate: (path: readonly PropertyKey[]) => string;
  warnings: readonly Problem[];
  clock: Clock;
  nodeVersion: string;
  /** The proxy of this process, which `setProxy` set. */
  proxy: ProxyConfig | null;
  log: Log;
  limitMs?: number;
}

/** Checks the configuration against Slack, AWS and the database. Changes nothing. */
export function diagnose(options: Options): Promise<Check[]> {
  const { config, warnings, clock, nodeVersion, proxy, limitMs = LIMIT_MS } = options;
  const limit = AbortSignal.timeout(limitMs);
  const abort = () => AbortSignal.any([limit, AbortSignal.timeout(TIMEOUT_MS)]);
  const times = new Map<string, { server: string; time: number; at: number }>();
  const recordTime = (server: string, time: number | null) => {
    if (time !== null) times.set(server, { server, time, at: clock.now() });
  };
  const { eventBus, waitingQueue } = config;
  return runDoctor({
    version: VERSION,
    nodeVersion,
    routes: config.routes,
    warnings,
    proxy: proxy === null ? null : { address: describeProxy(proxy.url), probe: () => probeProxy(proxy.url) },
    slack: makeSlackProbes(options, limit, (time) => recordTime("Slack", time)),
    targets: makeTargetProbes({ config, clock, abort }, (time) => recordTime("AWS", time)),
    eventBus:
      eventBus === null
        ? null
        : {
            ...eventBus,
            probe: () => probeEventBus(eventBus, abort()),
            exists: () => findEventBus(eventBus, abort()),
          },
    queue:
      waitingQueue === null
        ? null
        : {
            ...makeQueueProbes(waitingQueue, abort),
            rules: makeRuleProbes(waitingQueue.region, abort),
            origins: expandTargets(config.targets),
          },
    database: () => inspectDatabase(config.database),
    serverTimes: () => [...times.values()],
  });
}

function makeSlackProbes(
  { config, locate, clock, log }: Options,
  limit: AbortSignal,
  recordTime: (time: number) => void,
): SlackProbes {
  const { botToken, apiUrl, connection } = config.slack;
  const logger = makeBoltLogger(log);
  const send: typeof fetch = (url, init) =>
    fetch(url, { ...init, signal: AbortSignal.any([limit, ...(init?.signal ? [init.signal] : [])]) });
  const web = makeWebClient(botToken, apiUrl, logger, UNCOUNTED, timedFetch(recordTime, send));
  let known: Workspace | null = null;
  return {
    async botToken() {
      const found = await readWorkspace(web);
      if (found.kind !== "workspace") return found;
      known = found.workspace;
      const { name: workspace, appId, scopes } = found.workspace;
      return { kind: "token", workspace, appId, scopes, missingScopes: describeMissingScopes(scopes) };
    },
    socket:
      connection.kind === "http"
        ? null
        : {
            appId: findTokenApp(connection.appToken),
            open: () => probeSocket(makeWebClient(connection.appToken, apiUrl, logger, UNCOUNTED, send)),
          },
    async findings() {
      const wait = (ms: number) => clock.sleep(ms, limit);
      const found = known === null ? [] : await checkPolicy(config, web, known, wait);
      return found.map((finding) => ({ ...finding, place: locateFinding(finding, locate) }));
    },
  };
}

function makeTargetProbes(
  { config, clock, abort }: { config: Config; clock: Clock; abort: () => AbortSignal },
  recordTime: (time: number | null) => void,
): TargetProbes[] {
  const all = expandTargets(config.targets);
  return all.map((configured, index) => {
    const { region, roles } = configured;
    const probes = makePermissionProbes({ region, roles, abort });
    return {
      ...probes,
      key: toTargetKey(configured),
      roles,
      async identify() {
        const identity = await callerIdentity(region, abort());
        if (identity.kind === "failed") return identity;
        recordTime(identity.awsTime ?? null);
        const target = toTarget(configured, all.slice(0, index), identity);
        return "kind" in target ? target : { kind: "target", target, principal: identity.arn };
      },
      read: (action) => probes.read[action](),
      connect: (target) => makeAutomation(target, clock, { ...roles, approverRole: null }),
      abort,
    };
  });
}
