import type { SlackConfig, SlackConnection } from "./config.ts";
import { type Report, readVariable } from "./variable.ts";
import type { Variable, Variables } from "./variables.ts";

const BOT_TOKEN_FIX =
  "Copy the Bot User OAuth Token (it begins with xoxb-) from your Slack app's page, under OAuth & Permissions.";
const APP_TOKEN_FIX =
  "Copy an app-level token (it begins with xapp-) with the scope connections:write from your Slack app's page, under Basic Information.";
const SIGNING_SECRET_FIX =
  "Copy the Signing Secret from your Slack app's page, under Basic Information, App Credentials.";

/** Values that could not be read stand as empty texts; each has its problem. */
export function readSlack(variables: Variables, report: Report): SlackConfig {
  return {
    botToken: readBotToken(variables, report),
    connection: readConnection(variables, report),
    apiUrl: readApiUrl(variables, report),
  };
}

function readBotToken(variables: Variables, report: Report): string {
  const name = "SLACK_BOT_TOKEN";
  const reading = readVariable(variables, name, report);
  if (reading.kind === "absent") report(name, "It is not set.", BOT_TOKEN_FIX);
  if (reading.kind !== "text") return "";
  return checkedToken(name, reading.text, /^xoxb-[\w-]+$/, BOT_TOKEN_FIX, report);
}

function readConnection(variables: Variables, report: Report): SlackConnection {
  const app = readVariable(variables, "SLACK_APP_TOKEN", report);
  if (app.kind === "text") {
    const appToken = checkedToken("SLACK_APP_TOKEN", app.text, /^xapp-[\w-]+$/, APP_TOKEN_FIX, report);
    return { kind: "socket", appToken };
  }
  if (app.kind === "wrong") return { kind: "socket", appToken: "" };
  return { kind: "http", signingSecret: readSigningSecret(variables, report) };
}

function readSigningSecret(variables: Variables, report: Report): string {
  const name = "SLACK_SIGNING_SECRET";
  const reading = readVariable(variables, name, report);
  if (reading.kind === "absent")
    report(
      "SLACK_APP_TOKEN",
      "Neither it nor SLACK_SIGNING_SECRET is set, so Slack has no way to reach the bot.",
      `For Socket Mode (no public address needed): ${lowerFirst(APP_TOKEN_FIX)} For HTTP: set SLACK_SIGNING_SECRET.`,
    );
  if (reading.kind !== "text") return "";
  return checkedToken(name, reading.text, /^(?!x(?:app|ox[a-z])-)[\x21-\x7e]{8,}$/, SIGNING_SECRET_FIX, report);
}

/** The token, or an empty text and a problem that never shows what was found. */
function checkedToken(name: Variable, text: string, form: RegExp, fix: string, report: Report): string {
  if (form.test(text)) return text;
  report(name, mistake(text), fix);
  return "";
}

function mistake(text: string): string {
  if (/^bearer\s/i.test(text)) return 'It begins with "Bearer", which belongs to an HTTP header and not to the token.';
  if (/\s/.test(text)) return "There is white space in the middle of it.";
  if (/\.\.\.|…|^x(?:oxb|app)-(?:your|xxx|\*)|[<>]/i.test(text)) return "It still holds a placeholder.";
  if (/^xoxe\./i.test(text)) return "It is a token that expires; token rotation is not supported by this version.";
  if (/^xapp-/i.test(text)) return "It holds an app-level token (xapp-), which belongs into SLACK_APP_TOKEN.";
  if (/^xoxb-/i.test(text)) return "It holds a bot token (xoxb-), which belongs into SLACK_BOT_TOKEN.";
  if (/^xoxp-/i.test(text)) return "It holds a user token (xoxp-); the bot acts as itself, never as a person.";
  if (/^xox[a-z]-/i.test(text)) return "It holds another kind of Slack token.";
  return "It does not have the form that Slack gives it.";
}

function readApiUrl(variables: Variables, report: Report): string | null {
  const name = "SLACK_API_URL";
  const reading = readVariable(variables, name, report);
  if (reading.kind !== "text") return null;
  const url = URL.parse(reading.text);
  const fix = "Give the base of a Web API, such as http://localhost:3000/api/, or remove it to use Slack's own.";
  if (url === null || !/^https?:$/.test(url.protocol)) report(name, "It is not an http or https address.", fix);
  else if (url.username || url.password || url.search || url.hash)
    report(name, "It has a user, a query or a fragment, which a base address cannot have.", fix);
  else if (/(^|\.)slack\.com$/.test(url.hostname) && !/^\/api\/?$/.test(url.pathname))
    report(name, "It points to slack.com, but not to its Web API.", fix);
  else return url.href.endsWith("/") ? url.href : `${url.href}/`;
  return null;
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
