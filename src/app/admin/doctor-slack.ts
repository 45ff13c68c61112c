import { counted } from "../../core/counted.ts";
import type { Route } from "../../core/policy.ts";
import { type ChatFailure, describeWithAdvice } from "../ports/slack.ts";
import { type Check, type CheckName, failed, ok, skipped, warning } from "./doctor-check.ts";
import type { Finding } from "./policy-check.ts";

/** What Slack reports about the bot token. */
export interface BotTokenFacts {
  /** The name of the workspace. */
  workspace: string;
  /** Null if Slack does not say. */
  appId: string | null;
  scopes: readonly string[] | null;
  /** Names the scopes that the token lacks, with the fix; null if it has all of them or Slack does not say. */
  missingScopes: string | null;
}

/** Asks Slack about the configuration. Changes nothing. */
export interface SlackProbes {
  botToken(): Promise<({ kind: "token" } & BotTokenFacts) | ChatFailure>;
  /** Null in HTTP mode. */
  socket: {
    /** The app that the app-level token names; null if the token has another form. */
    appId: string | null;
    /** Asks for the address of a connection and does not connect: a connection would take clicks from the bot. */
    open(): Promise<{ kind: "open" } | { kind: "closed"; text: string }>;
  } | null;
  /** Checks the policy; `place` names the line and the key. */
  findings(): Promise<(Finding & { place: string })[]>;
}

const BOT_TOKEN = "SLACK_BOT_TOKEN";
const APP_TOKEN = "SLACK_APP_TOKEN";
const COMMAND = "slash command /approvals";
const BY_HAND = "Check by hand: type /approvals help in Slack.";

/** Checks tokens, scopes, Socket Mode and the slash command, and then the policy against the workspace. */
export async function checkSlack(
  probes: SlackProbes,
  { routes }: { routes: readonly Pick<Route, "channels" | "approvers">[] },
): Promise<Check[]> {
  const token = await probes.botToken();
  const about = token.kind === "token" ? token : null;
  const checks = [
    token.kind === "token"
      ? ok("slack-bot-token", BOT_TOKEN, `a bot token of the workspace ${token.workspace}.`)
      : failed("slack-bot-token", BOT_TOKEN, describeWithAdvice(token)),
    checkScopes(about),
    await checkSocket(probes.socket, about),
    checkCommand(about),
  ];
  if (about === null) return [...checks, ...POLICY_CHECKS.map(([check]) => skipped(check, check, NO_TOKEN))];
  return [...checks, ...checkPolicy(await probes.findings(), routes, about)];
}

const NO_TOKEN = `not checked, because the check of ${BOT_TOKEN} failed.`;

function checkScopes(token: BotTokenFacts | null): Check {
  const [check, subject] = ["slack-scopes", "Slack scopes"] as const;
  if (token === null) return skipped(check, subject, NO_TOKEN);
  if (token.missingScopes !== null) return failed(check, subject, token.missingScopes);
  if (token.scopes === null)
    return skipped(
      check,
      subject,
      "Slack did not name them. Compare OAuth & Permissions of the app with manifest.yml.",
    );
  return ok(check, subject, "the token has every scope of manifest.yml.");
}

async function checkSocket(socket: SlackProbes["socket"], token: BotTokenFacts | null): Promise<Check> {
  const check = "slack-socket-mode";
  if (socket === null) {
    const text = "Slack does not let a bot check the signing secret and the request URL.";
    return skipped(check, "Slack HTTP mode", `${text} ${BY_HAND}`);
  }
  const opened = await socket.open();
  if (opened.kind === "closed") return failed(check, APP_TOKEN, opened.text);
  if (socket.appId !== null && token?.appId != null && socket.appId !== token.appId) {
    const apps = `this token is of the app ${socket.appId}, and ${BOT_TOKEN} is of the app ${token.appId}.`;
    return failed(check, APP_TOKEN, `${apps} Copy both tokens from the page of the same app.`);
  }
  if (socket.appId !== null && token !== null && token.appId === null) {
    const text = "Slack accepts the token, but did not name the app of the other one.";
    return skipped(check, APP_TOKEN, `${text} Run doctor again to check that both tokens are of the same app.`);
  }
  return ok(check, APP_TOKEN, "Socket Mode is on, and Slack accepts the token.");
}

/** No method shows a bot the slash commands of its app. Source: Slack documentation, apps.manifest.export takes other tokens. */
function checkCommand(token: BotTokenFacts | null): Check {
  if (token?.scopes?.includes("commands") === false)
    return skipped("slack-command", COMMAND, "not checked, because the token lacks the scope commands.");
  return skipped("slack-command", COMMAND, `Slack does not show a bot its commands. ${BY_HAND}`);
}

type PolicyCheckName = Extract<CheckName, "channels" | "people" | "groups" | "quorum" | "policy">;

const POLICY_CHECKS: readonly (readonly [PolicyCheckName, string])[] = [
  ["channels", "every channel exists and has the bot as a member."],
  ["people", "every person is an active member of the workspace."],
  ["groups", "every user group exists and has members."],
  ["quorum", "each route has enough approvers for its quorum."],
  ["policy", "every route is reachable, and none is laxer for some values."],
];

function checkPolicy(
  findings: readonly (Finding & { place: string })[],
  routes: readonly Pick<Route, "channels" | "approvers">[],
  { scopes }: BotTokenFacts,
): Check[] {
  const canReadGroups = scopes?.includes("usergroups:read") !== false;
  const isApproverUnknown = findings.some(({ level, path }) => level === "problem" && path.includes("approvers"));
  return POLICY_CHECKS.flatMap(([check, fine]) => {
    const own = findings.filter((finding) => findArea(finding) === check);
    const subject = `${check} (${counted(routes.length, "route")})`;
    if (own.length > 0)
      return own.map(({ level, place, text }) => (level === "warning" ? warning : failed)(check, place, text));
    if (!canReadGroups && (check === "groups" || check === "quorum"))
      return [skipped(check, subject, "not checked, because the token lacks the scope usergroups:read.")];
    if (check === "quorum" && isApproverUnknown)
      return [skipped(check, subject, "not checked where an approver is not known: correct the IDs above.")];
    return [ok(check, subject, fine)];
  });
}

function findArea({ path, id }: Finding): PolicyCheckName {
  if (path.at(-1) === "quorum") return "quorum";
  if (path.includes("channels")) return "channels";
  if (path.includes("groups")) return "groups";
  if (path.includes("mention")) return id?.startsWith("S") ? "groups" : "people";
  return path.includes("users") || (path.includes("identities") && id !== null) ? "people" : "policy";
}
