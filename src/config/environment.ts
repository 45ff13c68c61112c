import { type Config, type EventBusConfig, LOG_LEVELS, type LogLevel } from "./config.ts";
import { readDatabase } from "./database-variable.ts";
import { nearest } from "./nearest.ts";
import { type Problem, quoted } from "./problem.ts";
import { isRegion, REGION_FIX } from "./region.ts";
import { readSlack } from "./slack-variables.ts";
import { type Report, readVariable, reportInto } from "./variable.ts";
import type { Variables } from "./variables.ts";

/** What the environment alone says. */
export interface Environment
  extends Pick<Config, "slack" | "database" | "pollIntervalMs" | "eventBus" | "port" | "logLevel"> {
  /** Path of the configuration file. */
  configFile: string;
  /** The AWS SDK's Region, if a variable names one. */
  region: string | null;
}

/**
 * Reads every variable and finds every problem. Values that are wrong stand at a harmless default, so an environment
 * with problems is good only for finding more of them.
 */
export function parseEnvironment(variables: Variables): { environment: Environment; problems: Problem[] } {
  const problems: Problem[] = [];
  const report = reportInto(problems);
  const slack = readSlack(variables, report);
  const configFile = textOr(variables, "COUNTERSIGN_CONFIG", "countersign.yml", report);
  const database = readDatabase(variables, report);
  const pollIntervalMs = readPollInterval(variables, report);
  const region = readRegion(variables, report);
  const eventBus = readEventBus(variables, region, report);
  refuseQueue(variables, report);
  const port = readPort(variables, report);
  const logLevel = readLogLevel(variables, report);
  return {
    environment: { slack, configFile, database, pollIntervalMs, eventBus, port, logLevel, region },
    problems,
  };
}

/** Texts that no problem may show: tokens, also within what was mistyped around them, and a database's password. */
export function secretsOf(variables: Variables): string[] {
  const names = ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"] as const;
  const tokens = names.flatMap((name) => variables[name] ?? []);
  const password = URL.parse(variables.DATABASE_URL ?? "")?.password ?? "";
  return [...tokens, ...tokens.flatMap((token) => token.split(/[\s"'`]+/)), password];
}

function textOr(variables: Variables, name: "COUNTERSIGN_CONFIG", otherwise: string, report: Report): string {
  const reading = readVariable(variables, name, report);
  return reading.kind === "text" ? reading.text : otherwise;
}

const LONGEST_POLL_SECONDS = 3600;

function readPollInterval(variables: Variables, report: Report): number {
  const name = "POLL_INTERVAL_SECONDS";
  const reading = readVariable(variables, name, report);
  if (reading.kind !== "text") return 15_000;
  const seconds = /^(\d+(\.\d+)?|\.\d+)$/.test(reading.text) ? Number(reading.text) : Number.NaN;
  if (seconds > 0 && seconds <= LONGEST_POLL_SECONDS) return Math.max(1, Math.round(seconds * 1000));
  report(
    name,
    `${quoted(reading.text)} is not a number of seconds above 0 and at most ${LONGEST_POLL_SECONDS}.`,
    "Write a plain number such as 15 or 0.5, without a unit and with a point for fractions.",
  );
  return 15_000;
}

function readRegion(variables: Variables, report: Report): string | null {
  for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION"] as const) {
    const reading = readVariable(variables, name, report);
    if (reading.kind === "absent") continue;
    if (reading.kind === "text" && isRegion(reading.text)) return reading.text;
    if (reading.kind === "text") report(name, `${quoted(reading.text)} is not a Region of AWS.`, REGION_FIX);
    return null;
  }
  return null;
}

/** The form that PutEvents takes: a name, or an ARN with the bus's own Region in it. */
const BUS = /^(?:arn:aws[\w-]*:events:(?<region>[a-z]+-[\w-]+):\d{12}:event-bus\/)?[/.\-_A-Za-z0-9]{1,256}$/;

function readEventBus(variables: Variables, region: string | null, report: Report): EventBusConfig | null {
  const name = "EVENT_BUS_NAME";
  const reading = readVariable(variables, name, report);
  if (reading.kind !== "text") return null;
  const match = BUS.exec(reading.text);
  const busRegion = match?.groups?.region ?? region;
  if (match === null)
    report(
      name,
      `${quoted(reading.text)} is not an event bus.`,
      "Give the bus's name (letters, digits, and / . - _) or its ARN.",
    );
  else if (busRegion === null)
    report(name, "It is not known in which Region this bus is.", "Set AWS_REGION, or give the bus's ARN.");
  else return { name: reading.text, region: busRegion };
  return null;
}

function refuseQueue(variables: Variables, report: Report): void {
  const name = "WAITING_QUEUE_URL";
  if (readVariable(variables, name, report).kind !== "text") return;
  report(
    name,
    "A queue of waiting steps is not supported by this version.",
    "Remove it: the bot finds waiting steps by polling, every POLL_INTERVAL_SECONDS.",
  );
}

function readPort(variables: Variables, report: Report): number {
  const reading = readVariable(variables, "PORT", report);
  if (reading.kind !== "text") return 8080;
  const port = /^\d{1,5}$/.test(reading.text) ? Number(reading.text) : Number.NaN;
  if (port <= 65_535) return port;
  report(
    "PORT",
    `${quoted(reading.text)} is not a port number.`,
    "Write a whole number from 1 to 65535 (0 takes any port that is free).",
  );
  return 0;
}

function readLogLevel(variables: Variables, report: Report): LogLevel {
  const reading = readVariable(variables, "LOG_LEVEL", report);
  if (reading.kind !== "text") return "info";
  const level = LOG_LEVELS.find((each) => each === reading.text);
  if (level !== undefined) return level;
  const meant = nearest(reading.text, LOG_LEVELS);
  report(
    "LOG_LEVEL",
    `${quoted(reading.text)} is not a level.`,
    meant === null ? `Use one of ${LOG_LEVELS.join(", ")}.` : `Write ${meant}, or another of ${LOG_LEVELS.join(", ")}.`,
  );
  return "info";
}
