import { MAX_CLOCK_SKEW_MS } from "../../core/clock-skew.ts";
import { counted } from "../../core/counted.ts";
import { coversPauses, type Route, usesTags } from "../../core/policy.ts";
import type { AwsFailure } from "../ports/aws.ts";
import type { DatabaseState } from "../ports/database.ts";
import { checkTargets, describeProbe, type Probe, type TargetProbes } from "./doctor-aws.ts";
import { type Check, failed, ok, skipped, warning } from "./doctor-check.ts";
import { checkQueue, type QueueProbes } from "./doctor-queue.ts";
import { checkSlack, type SlackProbes } from "./doctor-slack.ts";

export interface DoctorDeps {
  /** The version of this program. */
  version: string;
  /** The version of Node.js, such as 24.21.0. */
  nodeVersion: string;
  routes: readonly Route[];
  /** About variables that the bot ignores. */
  warnings: readonly { where: string; what: string; fix: string }[];
  /** Null without HTTPS_PROXY. `probe` returns why the proxy accepts no connection, null if it does. */
  proxy: { address: string; probe(): Promise<string | null> } | null;
  slack: SlackProbes;
  targets: readonly TargetProbes[];
  /** Null without EVENT_BUS_NAME. */
  eventBus: { name: string; region: string; probe(): Promise<Probe>; exists(): Promise<boolean | AwsFailure> } | null;
  /** Null without WAITING_QUEUE_URL. */
  queue: QueueProbes | null;
  database(): Promise<DatabaseState>;
  /** The times of Slack's and AWS's last replies by their Date headers, with the time of this machine at each reply. */
  serverTimes(): { server: string; time: number; at: number }[];
}

/** Checks everything that an admin can get wrong. Changes nothing. */
export async function runDoctor(deps: DoctorDeps): Promise<Check[]> {
  const { routes, targets } = deps;
  const [proxy, slack, aws, bus, queue, database] = await Promise.all([
    checkProxy(deps.proxy),
    checkSlack(deps.slack, deps),
    checkTargets(targets, { tags: usesTags(routes), pauses: coversPauses(routes) }),
    checkEventBus(deps.eventBus),
    checkQueue(deps.queue),
    checkDatabase(deps.database),
  ]);
  const configuration = `${counted(routes.length, "route")}, ${counted(targets.length, "target")}.`;
  return [
    checkVersions(deps),
    ok("configuration", "configuration", configuration),
    ...deps.warnings.map(({ where, what, fix }) => warning("configuration", where, `${what} ${fix}`)),
    proxy,
    ...slack,
    ...aws,
    ...bus,
    ...queue,
    ...database,
    ...checkClock(deps.serverTimes()),
  ];
}

/** Source: package.json, engines. */
const MIN_NODE = [24, 14] as const;
/** The first version of each major version that its project still maintains. */
const MIN_POSTGRES = 15;

function checkVersions({ version, nodeVersion }: DoctorDeps): Check {
  const found = `Node.js ${nodeVersion}`;
  const [major = 0, minor = 0] = nodeVersion.split(".").map(Number);
  if (major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]))
    return ok("versions", "versions", `Countersign ${version}, ${found}.`);
  return failed("versions", "versions", `${found} is too old. Install Node.js ${MIN_NODE.join(".")} or newer.`);
}

async function checkProxy(proxy: DoctorDeps["proxy"]): Promise<Check> {
  const [check, subject] = ["proxy", "HTTPS_PROXY"] as const;
  if (proxy === null) return ok(check, subject, "not set: the bot connects to Slack and AWS directly.");
  const error = await proxy.probe();
  if (error === null) return ok(check, subject, `the proxy ${proxy.address} accepts connections.`);
  return failed(
    check,
    subject,
    `the proxy ${proxy.address} accepts no connection (${error}). Correct HTTPS_PROXY, or remove it to connect directly.`,
  );
}

async function checkEventBus(bus: DoctorDeps["eventBus"]): Promise<Check[]> {
  const [check, subject] = ["event-bus", "EVENT_BUS_NAME"] as const;
  if (bus === null) return [ok(check, subject, "not set: audit events are recorded and not published.")];
  const result = await bus.probe();
  if (result.kind === "failed")
    return [failed(check, subject, describeProbe(result, `Allow events:PutEvents on ${bus.name}.`))];
  return [ok(check, subject, `events:PutEvents on ${bus.name} is allowed.`), toExistence(bus, await bus.exists())];
}

/** AWS accepts events for a bus that does not exist, and drops them. */
function toExistence({ name, region }: { name: string; region: string }, found: boolean | AwsFailure): Check {
  const [check, subject] = ["event-bus", "EVENT_BUS_NAME existence"] as const;
  if (found === true) return ok(check, subject, `there is a bus ${name} in ${region}.`);
  const dropped = "AWS accepts events for a bus that does not exist, and drops them.";
  if (found === false)
    return failed(
      check,
      subject,
      `There is no bus ${name} in ${region}. ${dropped} Create it, or correct EVENT_BUS_NAME.`,
    );
  const fix = `${dropped} Allow events:DescribeEventBus on ${name}, or check by hand: aws events describe-event-bus --region ${region} --name ${name}.`;
  return warning(check, subject, describeProbe(found, fix));
}

async function checkDatabase(inspect: () => Promise<DatabaseState>): Promise<Check[]> {
  const [check, subject] = ["database", "DATABASE_URL"] as const;
  const state = await inspect();
  switch (state.kind) {
    case "absent":
      return [ok(check, subject, "the file does not exist yet, and serve can create it.")];
    case "newer":
    case "unreachable":
      return [failed(check, subject, state.message)];
    case "not-writable":
      return [failed(check, subject, `not writable (${state.reason}). Allow the user of the bot to write it.`)];
    case "not-migrated": {
      const text =
        "does not have the schema of this version. Run countersign migrate; serve does it too when it starts.";
      return [warning(check, subject, `${state.version} ${text}`), ...checkExposure(state)];
    }
    case "ready":
      return [
        ok(check, subject, `${state.version}: reachable, migrated and writable.`),
        ...(state.risk === null
          ? []
          : [
              warning(
                check,
                subject,
                `${state.risk}: a committed vote may be lost. Set synchronous_commit and fsync to on.`,
              ),
            ]),
        ...checkExposure(state),
        ...checkPostgres(state.version),
      ];
    default:
      throw new Error(`no text for ${state satisfies never}`);
  }
}

function checkExposure({ isExposed }: { isExposed: boolean }): Check[] {
  if (!isExposed) return [];
  const text =
    "without TLS and a verified certificate, the network can read and change the data. Add ?sslmode=verify-full&sslrootcert=PATH to DATABASE_URL, with the server's CA.";
  return [warning("database", "DATABASE_URL", text)];
}

function checkPostgres(version: string): Check[] {
  const [, major = MIN_POSTGRES] = /^PostgreSQL (\d+)/.exec(version) ?? [];
  if (Number(major) >= MIN_POSTGRES) return [];
  return [warning("versions", "versions", `${version} is no longer maintained. Upgrade to ${MIN_POSTGRES} or newer.`)];
}

/** A clock that differs more shows wrong ages and deadlines. A Date header has whole seconds. */
const MAX_SKEW_MS = 5_000;
function checkClock(times: readonly { server: string; time: number; at: number }[]): Check[] {
  if (times.length === 0) return [skipped("clock", "clock", "not checked, because neither Slack nor AWS replied.")];
  return times.map(({ server, time, at }) => {
    const subject = `clock, compared with ${server}`;
    const skew = at - (time + 500);
    if (Math.abs(skew) <= MAX_SKEW_MS) return ok("clock", subject, "this machine has the right time.");
    const seconds = counted(Math.round(Math.abs(skew) / 1000), "second");
    const report = Math.abs(skew) > MAX_CLOCK_SKEW_MS ? failed : warning;
    return report(
      "clock",
      subject,
      `this machine is ${seconds} ${skew > 0 ? "ahead" : "behind"}. Synchronize its clock (NTP).`,
    );
  });
}
