import { editDistance } from "../core/nearest.ts";
import type { Config, DatabaseConfig, ProxyConfig, SlackConnection } from "./config.ts";
import type { Problem } from "./problem.ts";
import type { ParseResult } from "./variable-formats.ts";
import * as formats from "./variable-formats.ts";

/**
 * Every environment variable that Countersign reads; the reader accepts no other name. The AWS SDK also reads other
 * `AWS_*` variables.
 */
export const VARIABLES = [
  "SLACK_BOT_TOKEN",
  "SLACK_APP_TOKEN",
  "SLACK_SIGNING_SECRET",
  "SLACK_API_URL",
  "COUNTERSIGN_CONFIG",
  "DATABASE_URL",
  "POLL_INTERVAL_SECONDS",
  "EVENT_BUS_NAME",
  "WAITING_QUEUE_URL",
  "PORT",
  "OPS_PORT",
  "LOG_LEVEL",
  "HTTPS_PROXY",
  "NO_PROXY",
  "AWS_REGION",
  "AWS_DEFAULT_REGION",
] as const;

/** Where the bot finds its policy without COUNTERSIGN_CONFIG. */
export const DEFAULT_CONFIG_FILE = "countersign.yml";

export type Variable = (typeof VARIABLES)[number];

/** The variables of a process, as in `process.env`. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** The part of the configuration that comes from the environment alone. */
export interface Environment
  extends Pick<
    Config,
    "slack" | "database" | "pollIntervalMs" | "eventBus" | "waitingQueue" | "port" | "opsPort" | "logLevel"
  > {
  /** Path of the configuration file. */
  configFile: string;
  /** The AWS SDK's Region, if a variable names one. */
  region: string | null;
  /** The variable that names it. */
  regionVariable: Variable;
}

/**
 * Reads every variable and finds every problem. A wrong value is replaced by its default, so an environment with
 * problems is of use only to find more of them. A warning is about a variable that another program may need.
 */
export function parseEnvironment(variables: Variables): {
  environment: Environment;
  problems: Problem[];
  warnings: Problem[];
} {
  const reader = makeReader(variables);
  const { read } = reader;
  const misspelled = findMisspelled(variables);
  const isMisspelled = (name: Variable) => misspelled.some(({ meant }) => meant === name);
  const slack = {
    botToken: readBotToken(reader, isMisspelled),
    connection: readConnection(reader, isMisspelled),
    apiUrl: read("SLACK_API_URL", formats.parseApiUrl, null),
  };
  const configFile = read("COUNTERSIGN_CONFIG", formats.parseText, DEFAULT_CONFIG_FILE);
  const database = read<DatabaseConfig, DatabaseConfig>("DATABASE_URL", formats.parseDatabaseUrl, SQLITE);
  const pollIntervalMs = read("POLL_INTERVAL_SECONDS", formats.parsePollInterval, 15_000);
  const regionVariable = reader.isSet("AWS_REGION") ? "AWS_REGION" : "AWS_DEFAULT_REGION";
  const region = read(regionVariable, formats.parseRegion, null);
  const eventBus = read("EVENT_BUS_NAME", formats.parseEventBus(region), null);
  const waitingQueue = read("WAITING_QUEUE_URL", formats.parseQueueUrl(region), null);
  const port = read("PORT", formats.parsePort, 8080);
  const opsPort = read("OPS_PORT", formats.parsePort, null);
  if (opsPort !== null && opsPort === port && port !== 0)
    reader.report("OPS_PORT", "It is the same port as PORT.", "Write another port, or remove it.");
  const logLevel = read("LOG_LEVEL", formats.parseLogLevel, "info");
  readProxy(variables, reader);
  const [problems, warnings] = [[...reader.problems], findIgnoredProxies(variables)];
  for (const { name, meant } of misspelled) {
    const isOurs = name.startsWith(PREFIX) || (meant !== null && NEEDED.has(meant));
    (isOurs ? problems : warnings).push({
      where: name,
      what: "Countersign ignores this variable.",
      fix: meant === null ? `Remove it. The variables are ${VARIABLES.join(", ")}.` : toFix(meant, isOurs),
    });
  }
  return {
    environment: {
      slack,
      configFile,
      database,
      pollIntervalMs,
      eventBus,
      waitingQueue,
      port,
      opsPort,
      logLevel,
      region,
      regionVariable,
    },
    problems,
    warnings,
  };
}

/** Returns the problems and warnings of the variables that a command uses, and of misspellings of these. */
export function checkVariables(
  variables: Variables,
  used: readonly Variable[],
): { problems: Problem[]; warnings: Problem[] } {
  const { problems, warnings } = parseEnvironment(variables);
  const misspelled = findMisspelled(variables).filter(({ meant }) => meant === null || used.includes(meant));
  const names = new Set<string>([...used, ...misspelled.map(({ name }) => name)]);
  const ofUsed = (all: Problem[]) => all.filter(({ where }) => names.has(where));
  return { problems: ofUsed(problems), warnings: ofUsed(warnings) };
}

const toFix = (meant: Variable, isOurs: boolean) =>
  isOurs ? `Write ${meant}, or remove it.` : `If it is for Countersign, write ${meant}.`;

/** Begins the names of variables that no other program reads. */
const PREFIX = "COUNTERSIGN_";

const SLACK_SECRETS = ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"] as const;

/** Without one of these the bot cannot start, so a similar name is the likely reason. */
const NEEDED: ReadonlySet<Variable> = new Set(SLACK_SECRETS);

/** One letter of this many may be wrong. Shorter names, such as PORT, are similar to too many others. */
const LETTERS_PER_MISTAKE = 6;

/** A variable that Kubernetes sets for each Service of the namespace. Source: Kubernetes, "Service", environment variables. */
const SERVICE_LINK = /_(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_\w+)?)?)$/;

/**
 * Finds variables that may be misspelled: Countersign ignores them. A similar name may be unless the right one is set too; a
 * name that begins with COUNTERSIGN_ always is.
 */
function findMisspelled(variables: Variables): { name: string; meant: Variable | null }[] {
  const unset = VARIABLES.filter((name) => variables[name] === undefined);
  return Object.keys(variables).flatMap((name) => {
    if (variables[name] === undefined || VARIABLES.some((each) => each === name) || SERVICE_LINK.test(name)) return [];
    const meant =
      unset.find((each) => editDistance(name, each) <= Math.floor(each.length / LETTERS_PER_MISTAKE)) ?? null;
    return meant !== null || name.startsWith(PREFIX) ? [{ name, meant }] : [];
  });
}

/** Reads HTTPS_PROXY and NO_PROXY alone, for the start of every command. A wrong value counts as none here. */
export const parseProxy = (variables: Variables): ProxyConfig | null => readProxy(variables, makeReader(variables));

/** Programs set these variables to an empty text to use no proxy. */
function readProxy(variables: Variables, { read }: Reader): ProxyConfig | null {
  if (variables.HTTPS_PROXY === "") return null;
  const url = read("HTTPS_PROXY", formats.parseProxyUrl, null);
  return url === null ? null : { url, exceptions: variables.NO_PROXY || null };
}

/** Finds lower-case variables of a proxy, which other programs read. */
function findIgnoredProxies(variables: Variables): Problem[] {
  return (["HTTPS_PROXY", "NO_PROXY"] as const).flatMap((name) => {
    const where = name.toLowerCase();
    if (!variables[where] || variables[name] !== undefined) return [];
    return [{ where, what: "Countersign ignores this variable.", fix: `Set ${name} to the same value.` }];
  });
}

/** Finds texts that no output may show: tokens, also with a typing mistake around them, AWS's secrets, and passwords in URLs. */
export function findSecrets(variables: Variables): string[] {
  const names = [...SLACK_SECRETS, "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];
  const tokens = names.flatMap((name) => variables[name] ?? []);
  const urls = [variables.DATABASE_URL, variables.HTTPS_PROXY];
  const passwords = urls.map((url) => URL.parse(url ?? "")?.password ?? "");
  return [...tokens, ...tokens.flatMap((token) => token.split(/[\s"'`]+/)), ...passwords];
}

type Reader = ReturnType<typeof makeReader>;

/** Reads variables one by one and collects their problems. */
function makeReader(variables: Variables) {
  const problems: Problem[] = [];
  const report = (where: string, what: string, fix: string) => problems.push({ where, what, fix });
  const isSet = (name: Variable) => variables[name] !== undefined;

  /** Returns the value of a variable, or `otherwise` if the variable is absent or wrong. */
  function read<T, D extends T | null>(name: Variable, parse: (text: string) => ParseResult<T>, otherwise: D): T | D {
    const text = variables[name];
    if (text === undefined) return otherwise;
    const plain = formats.parseText(text);
    const parsed = "value" in plain ? parse(plain.value) : plain;
    if ("value" in parsed) return parsed.value;
    report(name, parsed.what, parsed.fix);
    return otherwise;
  }
  return { problems, report, isSet, read };
}

type IsMisspelled = (name: Variable) => boolean;

function readBotToken({ read, isSet, report }: Reader, isMisspelled: IsMisspelled): string {
  if (!isSet("SLACK_BOT_TOKEN") && !isMisspelled("SLACK_BOT_TOKEN"))
    report("SLACK_BOT_TOKEN", "It is not set.", formats.BOT_TOKEN_FIX);
  return read("SLACK_BOT_TOKEN", formats.parseBotToken, "");
}

/** An app token chooses Socket Mode, even a wrong one: a typing mistake must not choose HTTP. */
function readConnection({ read, isSet, report }: Reader, isMisspelled: IsMisspelled): SlackConnection {
  if (isSet("SLACK_APP_TOKEN")) return { kind: "socket", appToken: read("SLACK_APP_TOKEN", formats.parseAppToken, "") };
  if (!isSet("SLACK_SIGNING_SECRET") && !isMisspelled("SLACK_APP_TOKEN") && !isMisspelled("SLACK_SIGNING_SECRET"))
    report(
      "SLACK_APP_TOKEN",
      "Neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set, so Slack cannot reach the bot.",
      `For Socket Mode (no public address needed): ${lowerFirst(formats.APP_TOKEN_FIX)} For HTTP: set SLACK_SIGNING_SECRET.`,
    );
  return { kind: "http", signingSecret: read("SLACK_SIGNING_SECRET", formats.parseSigningSecret, "") };
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

const SQLITE: DatabaseConfig = { kind: "sqlite", path: "countersign.db" };
