import { findNearest } from "../core/nearest.ts";
import { type DatabaseConfig, LOG_LEVELS, type LogLevel, REGION, REGION_FIX } from "./config.ts";
import { quote } from "./problem.ts";

/** The value of a variable, or the problem with its text. */
export type ParseResult<T> = { value: T } | { what: string; fix: string };

/** Mistakes that no variable's value may have, each with what to say about it. */
const MISTAKES: readonly (readonly [RegExp, string, string])[] = [
  [/^\s*$/, "It is set, but empty.", "Give it a value, or remove it."],
  [/\r$/, "It ends in a carriage return.", "Save the file that sets it with Unix line endings (LF, not CRLF)."],
  [/^\s|\s$/, "There is white space around its value.", "Remove the white space before and after the value."],
  [
    /^["'`]|["'`]$/,
    "There are quotation marks around its value, which count as part of it.",
    "Remove the quotation marks.",
  ],
];

/**
 * Parses a text that may have any content. An empty variable differs from an absent one: an empty SLACK_APP_TOKEN would
 * silently choose another way to connect.
 */
export function parseText(text: string): ParseResult<string> {
  const [, what, fix] = MISTAKES.find(([pattern]) => pattern.test(text)) ?? [];
  return what === undefined || fix === undefined ? { value: text } : { what, fix };
}

export const BOT_TOKEN_FIX =
  "Copy the Bot User OAuth Token (it begins with xoxb-) from your Slack app's page, under OAuth & Permissions.";
export const APP_TOKEN_FIX =
  "Copy an app-level token (it begins with xapp-) with the scope connections:write from your Slack app's page, under Basic Information.";
const SIGNING_SECRET_FIX =
  "Copy the Signing Secret from your Slack app's page, under Basic Information, App Credentials.";

export const parseBotToken = (text: string) => parseSecret(text, /^xoxb-[\w-]+$/, BOT_TOKEN_FIX);
export const parseAppToken = (text: string) => parseSecret(text, /^xapp-[\w-]+$/, APP_TOKEN_FIX);
export const parseSigningSecret = (text: string) =>
  parseSecret(text, /^(?!x(?:app|ox[a-z])-)[\x21-\x7e]{8,}$/, SIGNING_SECRET_FIX);

/** The problem with a secret never quotes it. */
function parseSecret(text: string, form: RegExp, fix: string): ParseResult<string> {
  return form.test(text) ? { value: text } : { what: describeMistake(text), fix };
}

function describeMistake(text: string): string {
  if (/^bearer\s/i.test(text)) return 'It begins with "Bearer", which belongs in an HTTP header, not in the token.';
  if (/\s/.test(text)) return "There is white space within its value.";
  if (/\.\.\.|…|^x(?:oxb|app)-(?:your|xxx|\*)|[<>]/i.test(text)) return "It still contains a placeholder.";
  if (/^xoxe\./i.test(text)) return "It is an expiring token: this version does not support token rotation.";
  if (/^xapp-/i.test(text)) return "It contains an app-level token (xapp-), which belongs in SLACK_APP_TOKEN.";
  if (/^xoxb-/i.test(text)) return "It contains a bot token (xoxb-), which belongs in SLACK_BOT_TOKEN.";
  if (/^xoxp-/i.test(text)) return "It contains a user token (xoxp-): the bot acts as itself, never as a person.";
  if (/^xox[a-z]-/i.test(text)) return "It contains another kind of Slack token.";
  return "It does not have the format that Slack uses.";
}

/** Parses the base address of a Web API; the result ends in a slash. */
export function parseApiUrl(text: string): ParseResult<string> {
  const url = URL.parse(text);
  const fix = "Write the base URL of a Web API, such as http://localhost:3000/api/, or remove it to use Slack's own.";
  if (url === null || !/^https?:$/.test(url.protocol)) return { what: "It is not an http or https URL.", fix };
  if (url.username || url.password || url.search || url.hash)
    return { what: "It has a user, a query or a fragment, which a base URL cannot have.", fix };
  const [, slack] = /(?:^|\.)(slack(?:-gov)?\.com)$/.exec(url.hostname) ?? [];
  if (slack !== undefined && !/^\/api\/?$/.test(url.pathname))
    return { what: `It points to ${slack}, but not to its Web API.`, fix };
  return { value: url.href.endsWith("/") ? url.href : `${url.href}/` };
}

/** Parses DATABASE_URL. It may hold a password, so the problem never quotes it. */
export function parseDatabaseUrl(text: string): ParseResult<DatabaseConfig> {
  const wrong = (what: string) => ({
    what,
    fix: "Write sqlite: and a path, such as sqlite:countersign.db or sqlite:/var/lib/countersign/countersign.db; or postgres://USER:PASSWORD@HOST:5432/DATABASE.",
  });
  if (/^postgres(ql)?:\/\//.test(text)) {
    const url = URL.parse(text);
    if (url === null) return wrong("It is not a valid URL; in a password, write / ? # @ and % as %2F %3F %23 %40 %25.");
    if (url.pathname.length < 2) return wrong("There is no database name after the host.");
    return { value: { kind: "postgres", url: text } };
  }
  if (!text.startsWith("sqlite:")) return wrong("It begins with neither sqlite: nor postgres://.");
  const path = text.slice("sqlite:".length).replace(/^\/\/(?=\/)/, "");
  if (path === "") return wrong("There is no path after sqlite:.");
  if (path === ":memory:") return wrong("A database in memory loses every vote and message when the bot restarts.");
  if (path.startsWith("//")) return wrong("A host follows sqlite://, but SQLite has no hosts.");
  return { value: { kind: "sqlite", path } };
}

/** Parses the URL of a proxy. It may hold a password, so the problem never quotes it. */
export function parseProxyUrl(text: string): ParseResult<string> {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol) && url.hostname !== "") return { value: text };
  return {
    what: "It is not an http or https URL.",
    fix: "Write the URL of the proxy with its scheme, such as http://proxy.example.com:3128; in a password, write @ and : as %40 %3A.",
  };
}

const MAX_POLL_SECONDS = 3600;

/** Parses a number of seconds; the result is in milliseconds. */
export function parsePollInterval(text: string): ParseResult<number> {
  const seconds = /^(\d+(\.\d+)?|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
  if (seconds > 0 && seconds <= MAX_POLL_SECONDS) return { value: Math.max(1, Math.round(seconds * 1000)) };
  return {
    what: `${quote(text)} is not a number of seconds above 0 and at most ${MAX_POLL_SECONDS}.`,
    fix: "Write a plain number such as 15 or 0.5, without a unit and with a decimal point.",
  };
}

export function parseRegion(text: string): ParseResult<string> {
  return REGION.test(text) ? { value: text } : { what: `${quote(text)} is not an AWS Region.`, fix: REGION_FIX };
}

/** The form that PutEvents takes: a name, or an ARN with the bus's own Region in it. */
const BUS = /^(?:arn:aws[\w-]*:events:(?<region>[a-z]+-[\w-]+):\d{12}:event-bus\/)?[/.\-_A-Za-z0-9]{1,256}$/;

/** Parses the name or ARN of an event bus; `region` is the Region of a bus that is given by name. */
export const parseEventBus =
  (region: string | null) =>
  (text: string): ParseResult<{ name: string; region: string }> => {
    const match = BUS.exec(text);
    if (match === null)
      return {
        what: `${quote(text)} is not the name or the ARN of an event bus.`,
        fix: "Write the bus's name (letters, digits, and / . - _) or its ARN.",
      };
    const busRegion = match.groups?.region ?? region;
    if (busRegion === null)
      return {
        what: "The Region of this bus is unknown.",
        fix: "Set AWS_REGION, or write the bus's ARN.",
      };
    return { value: { name: text, region: busRegion } };
  };

/** The account and the name at the end of a queue's URL. Source: SQS developer guide, "Queue and message identifiers". */
const QUEUE_PATH = /^\/\d{12}\/[\w-]{1,80}(?:\.fifo)?$/;
/** The Region in the host of a queue's URL, of a FIPS or dual-stack endpoint, and of a VPC endpoint. */
const QUEUE_HOST = /(?:^|\.)(?:sqs(?:-fips)?\.([a-z]+-[\w-]+)|([a-z]+-[\w-]+)\.queue)\./;

/** Parses the URL of a queue; `region` is the Region of a queue whose host names none. */
export const parseQueueUrl =
  (region: string | null) =>
  (text: string): ParseResult<{ url: string; region: string }> => {
    const url = URL.parse(text);
    if (url === null || !/^https?:$/.test(url.protocol) || url.search || url.hash || !QUEUE_PATH.test(url.pathname))
      return {
        what: `${quote(text)} is not the URL of an SQS queue.`,
        fix: "Copy the queue's URL, such as https://sqs.us-east-1.amazonaws.com/111122223333/countersign-waiting.",
      };
    if (url.username || url.password)
      return { what: "It has a user or a password, which a queue's URL cannot have.", fix: "Remove them." };
    const [, first, second] = QUEUE_HOST.exec(url.hostname) ?? [];
    const queueRegion = first ?? second ?? region;
    if (queueRegion === null)
      return { what: "The Region of this queue is unknown.", fix: "Set AWS_REGION to the Region of the queue." };
    return { value: { url: text, region: queueRegion } };
  };

export function parsePort(text: string): ParseResult<number> {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return { value: port };
  return {
    what: `${quote(text)} is not a port number.`,
    fix: "Write a whole number from 1 to 65535, or 0 for any free port.",
  };
}

export function parseLogLevel(text: string): ParseResult<LogLevel> {
  const level = LOG_LEVELS.find((each) => each === text);
  if (level !== undefined) return { value: level };
  const meant = findNearest(text, LOG_LEVELS);
  const all = LOG_LEVELS.join(", ");
  return {
    what: `${quote(text)} is not a log level.`,
    fix: meant === null ? `Use one of ${all}.` : `Write ${meant}, or another of ${all}.`,
  };
}
