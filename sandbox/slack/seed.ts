import type { Channel, Group, Person, SlackApp } from "./workspace/model.ts";
import { newChannel, newGroup, newPerson } from "./workspace/new-records.ts";
import type { Seed } from "./workspace/workspace.ts";

/** The credentials of the seeded app. They are valid in this sandbox only. */
export const BOT_TOKEN = "xoxb-sandbox";
export const APP_TOKEN = "xapp-sandbox";
export const SIGNING_SECRET = "sandbox-signing-secret";
export const OTHER_BOT_TOKEN = "xoxb-other-bot";
/** In Slack's own form, which names the app. */
export const OTHER_APP_TOKEN = "xapp-1-A0OTHERBOT0-1-other-bot";

export const TEAM_ID = "T0SANDBOX01";
export const OTHER_TEAM_ID = "T0OTHER0001";
export const APP_ID = "A0COUNTERSN";
export const BOT_USER_ID = "U0COUNTERSN";
const OTHER_BOT_USER_ID = "U0OTHERBOT";

/** The bot scopes in the product's manifest. */
export const GRANTED_SCOPES = [
  "chat:write",
  "commands",
  "users:read",
  "users:read.email",
  "usergroups:read",
  "channels:read",
  "groups:read",
  "channels:history",
  "groups:history",
  "im:write",
  "im:history",
];

const person = (id: string, name: string, realName: string, differences: Partial<Person> = {}): Person => ({
  ...newPerson(TEAM_ID, id, name),
  realName,
  tz: "Europe/Amsterdam",
  tzOffset: 3600,
  ...differences,
});

const people = (): Person[] => [
  person("U0JANE", "jane", "Jane Ito", { title: "Approver", tz: "Asia/Tokyo", tzOffset: 32400 }),
  person("U0DAN", "dan", "Dan Okafor", { title: "Approver" }),
  person("U0MIA", "mia", "Mia Chen", {
    title: "Approver, database administrator",
    tz: "America/New_York",
    tzOffset: -18000,
  }),
  person("U0ROSA", "rosa", "Rosa Lind", { title: "Requester" }),
  person("U0ADMIN", "ada", "Ada Admin", { title: "Platform engineer", isAdmin: true }),
  person("U0GUEST", "gus", "Gus Guest", { title: "Guest", isRestricted: true, isUltraRestricted: true }),
  person("U0EVE", "eve", "Eve External", { title: "From another company", teamId: OTHER_TEAM_ID }),
  person("U0GONE", "gone", "Gita Gone", { title: "Left the company", deleted: true }),
  person(BOT_USER_ID, "countersign", "Countersign", { isBot: true, email: undefined }),
  person(OTHER_BOT_USER_ID, "otherbot", "Other Bot", { isBot: true, email: undefined }),
];

const group = (id: string, handle: string, name: string, users: string[], disabled = false): Group => ({
  ...newGroup(id),
  handle,
  name,
  users,
  disabled,
});

const groups = (): Group[] => [
  group("S0DBA", "dba", "Database administrators", ["U0MIA"]),
  group("S0SRE", "sre", "Site reliability", ["U0JANE", "U0DAN"]),
  group("S0ONCALL", "oncall", "On call", ["U0DAN"]),
  group("S0PLATFORM", "platform", "Platform engineering", ["U0ADMIN"]),
  group("S0FORMER", "former-dba", "Former database administrators", ["U0ROSA"], true),
];

const STAFF = ["U0JANE", "U0DAN", "U0MIA", "U0ROSA", "U0ADMIN"];

const channels = (now: number): Channel[] => {
  const channel = (id: string, name: string, members: string[], differences: Partial<Channel> = {}): Channel => ({
    ...newChannel("U0ADMIN", id),
    name,
    members,
    created: Math.floor(now / 1000) - 86_400 * 365,
    ...differences,
  });
  return [
    channel("C0APPROVALS", "approvals", [...STAFF, "U0GUEST", BOT_USER_ID], {
      topic: "Runbooks waiting for a decision",
    }),
    channel("C0PRODDBA", "prod-dba", [...STAFF, BOT_USER_ID], { kind: "private" }),
    channel("C0ONCALL", "oncall", [...STAFF, BOT_USER_ID]),
    channel("C0RANDOM", "random", [...STAFF, OTHER_BOT_USER_ID]),
    channel("C0SECRET", "secret", ["U0ADMIN", "U0JANE"], { kind: "private" }),
    channel("C0OLD", "old", [...STAFF, BOT_USER_ID], { archived: true }),
    channel("C0SHARED", "shared-with-other", [...STAFF, "U0EVE", BOT_USER_ID], { extShared: true }),
  ];
};

const app = (
  differences: Pick<SlackApp, "id" | "name" | "botId" | "botUserId" | "botToken" | "appToken">,
): SlackApp => ({
  tokens: { bot: "valid", app: "valid" },
  signingSecret: SIGNING_SECRET,
  verificationToken: "sandbox-verification-token",
  scopes: [...GRANTED_SCOPES],
  commands: [],
  shouldEscape: true,
  homeEnabled: true,
  ...differences,
});

/** Returns the initial workspace. `now` is the sandbox's time in epoch milliseconds. */
export function seedWorkspace(now: number): Seed {
  return {
    team: { id: TEAM_ID, domain: "sandbox", name: "Sandbox" },
    otherTeams: [{ id: OTHER_TEAM_ID, domain: "other", name: "Other Company" }],
    apps: [
      {
        ...app({
          id: APP_ID,
          name: "Countersign",
          botId: "B0COUNTERSN",
          botUserId: BOT_USER_ID,
          botToken: BOT_TOKEN,
          appToken: APP_TOKEN,
        }),
        commands: ["/approvals"],
      },
      {
        ...app({
          id: "A0OTHERBOT0",
          name: "Other Bot",
          botId: "B0OTHERBOT0",
          botUserId: OTHER_BOT_USER_ID,
          botToken: OTHER_BOT_TOKEN,
          appToken: OTHER_APP_TOKEN,
        }),
        signingSecret: "other-signing-secret",
      },
    ],
    people: people(),
    groups: groups(),
    channels: channels(now),
  };
}
