import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import type { AppsManifestCreateArguments } from "@slack/web-api";
import { parse } from "yaml";
import { z } from "zod";
import { describeMissingScopes } from "../../src/slack/connection/scopes.ts";
import { calledSlackMethods } from "../support/slack-methods.ts";

/**
 * The keys of Slack's manifest that are used here, with every rule that Slack has for them. Strict, since Slack refuses unknown
 * keys. Each of these keys must be there, also those that Slack does not require. Sources: Slack's documentation, "App manifest
 * reference" (https://docs.slack.dev/reference/app-manifest), and the manifest schema that Slack publishes, version 2.0.0.
 */
const slackManifest = z.strictObject({
  display_information: z.strictObject({
    name: z.string().min(1).max(35),
    description: z.string().min(1).max(140),
    background_color: z.string().regex(/^#[0-9a-fA-F]{3}([0-9a-fA-F]{3})?$/),
  }),
  features: z.strictObject({
    app_home: z.strictObject({
      home_tab_enabled: z.boolean(),
      messages_tab_enabled: z.boolean(),
      messages_tab_read_only_enabled: z.boolean(),
    }),
    bot_user: z.strictObject({ display_name: z.string().min(1).max(80), always_online: z.boolean() }),
    slash_commands: z
      .array(
        z.strictObject({
          command: z.string().regex(/^\//).min(2).max(32),
          description: z.string().min(1).max(2000),
          usage_hint: z.string().min(1).max(1000),
          should_escape: z.boolean(),
        }),
      )
      .min(1)
      .max(50),
  }),
  oauth_config: z.strictObject({ scopes: z.strictObject({ bot: z.array(z.string().max(50)).max(255) }) }),
  settings: z.strictObject({
    event_subscriptions: z.strictObject({
      bot_events: z
        .array(z.string().max(50))
        .max(100)
        .refine((events) => new Set(events).size === events.length, "each event once"),
    }),
    interactivity: z.strictObject({ is_enabled: z.boolean() }),
    org_deploy_enabled: z.boolean(),
    socket_mode_enabled: z.boolean(),
    token_rotation_enabled: z.boolean(),
  }),
});

type Manifest = AppsManifestCreateArguments["manifest"];
type Item<T> = T extends readonly (infer I)[] ? I : T;
/** The keys below a group, at every depth, that Slack's types lack; never if there is none. */
type Unknown<Own, Slack> =
  Item<Own> extends Record<string, unknown>
    ?
        | Exclude<keyof Item<Own>, keyof Item<Slack>>
        | {
            [K in keyof Item<Own> & keyof Item<Slack>]: Unknown<Item<Own>[K], NonNullable<Item<Slack>[K]>>;
          }[keyof Item<Own> & keyof Item<Slack>]
    : never;
type Groups = "display_information" | "features" | "oauth_config" | "settings";
type Own = Pick<z.infer<typeof slackManifest>, Groups>;
type IsKnown = [Unknown<Own, { [G in Groups]: NonNullable<Manifest[G]> }>] extends [never] ? true : false;
/** Does not compile if the schema above has a key that the types of Slack's own client do not have. */
const isKnown: IsKnown = true;

const read = () => slackManifest.parse(parse(readFileSync("manifest.yml", "utf8")));

test("the manifest has the form that Slack takes", () => {
  assert.doesNotThrow(read);
  assert.ok(isKnown);
});

const text = (length: number) => "x".repeat(length);
const many = <T>(count: number, item: (index: number) => T) => Array.from({ length: count }, (_, index) => item(index));
const COMMAND = "features.slash_commands.0";
const command = (index: number) => ({ command: `/c${index}`, description: "x", usage_hint: "x", should_escape: true });

/** For each rule of Slack: the key, and a value that breaks this rule alone. `undefined`: the key is missing. */
const BROKEN: [path: string, value: unknown][] = [
  ["display_information.name", undefined],
  ["display_information.name", ""],
  ["display_information.name", text(36)],
  ["display_information.name", 1],
  ["display_information.description", ""],
  ["display_information.description", text(141)],
  ["display_information.background_color", "#12"],
  ["display_information.background_color", "#12345"],
  ["display_information.background_color", "#12345678"],
  ["display_information.background_color", "1f3a5f"],
  ["display_information.background_color", "#1f3a5g"],
  ["display_information.colour", "#1f3a5f"],
  ["features.app_home.home_tab_enabled", "yes"],
  ["features.app_home.messages_tab_enabled", "yes"],
  ["features.app_home.messages_tab_read_only_enabled", "yes"],
  ["features.app_home.other", true],
  ["features.bot_user.display_name", undefined],
  ["features.bot_user.display_name", ""],
  ["features.bot_user.display_name", text(81)],
  ["features.bot_user.always_online", "yes"],
  ["features.bot_user.other", true],
  ["features.slash_commands", []],
  ["features.slash_commands", many(51, command)],
  ["features.slash_commands", {}],
  [`${COMMAND}.command`, undefined],
  [`${COMMAND}.command`, "/"],
  [`${COMMAND}.command`, "approvals"],
  [`${COMMAND}.command`, `/${text(32)}`],
  [`${COMMAND}.description`, undefined],
  [`${COMMAND}.description`, ""],
  [`${COMMAND}.description`, text(2001)],
  [`${COMMAND}.usage_hint`, ""],
  [`${COMMAND}.usage_hint`, text(1001)],
  [`${COMMAND}.should_escape`, "yes"],
  [`${COMMAND}.other`, true],
  ["features.other", {}],
  ["oauth_config.scopes.bot", "chat:write"],
  ["oauth_config.scopes.bot", many(256, (index) => `s${index}`)],
  ["oauth_config.scopes.bot.0", text(51)],
  ["oauth_config.scopes.bot.0", 1],
  ["oauth_config.scopes.other", []],
  ["oauth_config.other", {}],
  ["settings.event_subscriptions.bot_events", "app_home_opened"],
  ["settings.event_subscriptions.bot_events", many(101, (index) => `e${index}`)],
  ["settings.event_subscriptions.bot_events", ["app_home_opened", "app_home_opened"]],
  ["settings.event_subscriptions.bot_events.0", text(51)],
  ["settings.event_subscriptions.other", []],
  ["settings.interactivity.is_enabled", undefined],
  ["settings.interactivity.is_enabled", "yes"],
  ["settings.interactivity.other", true],
  ["settings.org_deploy_enabled", "no"],
  ["settings.socket_mode_enabled", "no"],
  ["settings.token_rotation_enabled", "no"],
  ["settings.other", true],
  ["other", {}],
];

/** Returns the manifest with one value changed. */
function withValue(path: string, value: unknown): unknown {
  const manifest = parse(readFileSync("manifest.yml", "utf8"));
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  const parent = keys.reduce((group, key) => group[key], manifest);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return manifest;
}

for (const [path, value] of BROKEN)
  test(`a manifest is refused whose ${path} is ${JSON.stringify(value)?.slice(0, 60)}`, () => {
    const parsed = slackManifest.safeParse(withValue(path, value));
    const [issue, ...more] = parsed.error?.issues ?? [];
    assert.ok(issue !== undefined, "accepted");
    assert.deepEqual(more, [], "one rule is broken");
    const at = issue.code === "unrecognized_keys" ? [...issue.path, ...issue.keys] : issue.path;
    assert.equal(at.join("."), path);
  });

test("each key and each item of the manifest has a row above", () => {
  const listed = new Set(BROKEN.map(([path]) => path));
  const visit = (value: unknown, path: string): string[] => {
    if (typeof value !== "object" || value === null) return [path];
    return Object.entries(value).flatMap(([key, each]) => visit(each, path === "" ? key : `${path}.${key}`));
  };
  // One item of a list stands for all.
  const keys = visit(read(), "").filter((path) => !/\.[1-9]\d*(\.|$)/.test(path));
  assert.deepEqual(
    keys.filter((path) => !listed.has(path)),
    [],
  );
});

test("it asks for each scope once", () => {
  const { bot } = read().oauth_config.scopes;
  assert.deepEqual(bot, [...new Set(bot)]);
});

test("it turns on what the bot stands on", () => {
  const { features, settings } = read();
  assert.equal(settings.socket_mode_enabled, true);
  assert.equal(settings.interactivity.is_enabled, true);
  assert.deepEqual(settings.event_subscriptions.bot_events, ["app_home_opened"]);
  assert.equal(features.app_home.home_tab_enabled, true);
  // The configuration refuses tokens that expire.
  assert.equal(settings.token_rotation_enabled, false);
});

test("/approvals gets people and channels as IDs, never as names that somebody else may have", () => {
  assert.deepEqual(
    read().features.slash_commands.map(({ command, should_escape }) => ({ command, should_escape })),
    [{ command: "/approvals", should_escape: true }],
  );
});

/**
 * Scopes of the Web API's methods, all of them needed for what the bot reads and writes: public and private channels, direct
 * messages with one person, no group direct messages. Source: each method's page in Slack's documentation.
 */
const SCOPES: Record<string, string[]> = {
  // With the app-level token, whose scope no manifest can ask for.
  "apps.connections.open": [],
  "auth.test": [],
  "auth.teams.list": [],
  "bots.info": ["users:read"],
  "chat.postMessage": ["chat:write"],
  "chat.postEphemeral": ["chat:write"],
  "chat.update": ["chat:write"],
  "chat.delete": ["chat:write"],
  "chat.getPermalink": [],
  "conversations.history": ["channels:history", "groups:history", "im:history"],
  "conversations.replies": ["channels:history", "groups:history", "im:history"],
  "conversations.info": ["channels:read", "groups:read"],
  "conversations.list": ["channels:read", "groups:read"],
  "conversations.members": ["channels:read", "groups:read"],
  "conversations.open": ["im:write"],
  "usergroups.list": ["usergroups:read"],
  "usergroups.users.list": ["usergroups:read"],
  "users.info": ["users:read", "users:read.email"],
  "users.list": ["users:read", "users:read.email"],
  "users.lookupByEmail": ["users:read.email"],
  "views.open": [],
  "views.update": [],
  "views.push": [],
  "views.publish": [],
};
/** Slack sends these only with a scope: the slash command of the manifest. */
const SCOPES_OF_DELIVERIES = ["commands"];

test("a method that only a table names is not called, so its scope would be superfluous", () => {
  const tables = ["src/ops/metrics/calls.ts", "src/slack/rate-limits/limits.ts", "src/slack/slack-call.ts"];
  assert.deepEqual(calledSlackMethods(tables), []);
});

test("the manifest asks for exactly the scopes of the methods that the bot calls", () => {
  const methods = calledSlackMethods(globSync("src/**/*.ts"));
  for (const method of ["bots.info", "chat.postMessage", "views.open"])
    assert.ok(methods.includes(method), `every form of a call is found: ${method}`);
  const needed = methods.flatMap(
    (method) => SCOPES[method] ?? assert.fail(`write the scopes of ${method} into this test`),
  );
  assert.deepEqual(
    read().oauth_config.scopes.bot.toSorted(),
    [...new Set([...needed, ...SCOPES_OF_DELIVERIES])].sort(),
  );
});

test("the bot looks for exactly the scopes of the manifest", () => {
  const { bot } = read().oauth_config.scopes;
  assert.equal(describeMissingScopes(bot), null);
  assert.equal(describeMissingScopes(null), null, "Slack did not say");
  for (const scope of bot) {
    const text = describeMissingScopes(bot.filter((each) => each !== scope));
    assert.match(text ?? "", new RegExp(`^The token lacks the scope ${scope}\\. `));
  }
});
