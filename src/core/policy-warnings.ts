import { globsOverlap } from "./glob.ts";
import { coversAction, type Route, type RouteMatch, TEXT_CONDITIONS } from "./policy.ts";
import type { Identities } from "./requester.ts";
import { covers } from "./unreachable.ts";

/** A part of a policy that is valid and may not mean what its author expects. */
export interface PolicyWarning {
  /** The path in the configuration. */
  path: PropertyKey[];
  /** The glob at the path, in quotes, if the warning is about one. */
  glob: string | null;
  text: string;
}

/**
 * Finds globs that are written as regular expressions, conditions on the name of a role's session, and laxer routes that a
 * value of a parameter can reach.
 */
export function policyWarnings(routes: readonly Route[]): PolicyWarning[] {
  return routes.flatMap((route, index) => [
    ...regularExpressions(route.match, index),
    ...sessionNames(route.match, index),
    ...laxerRoutes(routes, index),
  ]);
}

/** Warns of a mask that hides nothing. */
export function maskWarnings(mask: readonly string[]): PolicyWarning[] {
  if (mask.length > 0) return [];
  const text =
    "The list is empty, so Countersign hides no values: passwords and tokens appear in Slack and in audit events. Remove the key to hide the usual names.";
  return [{ path: ["mask"], glob: null, text }];
}

/** Says what the routes lose that need `identities` to match IAM users with people, if no one is listed there. */
export function identityWarnings(routes: readonly Route[], identities: Identities): string[] {
  if (Object.keys(identities).length > 0) return [];
  const strict = routes.filter(({ selfApproval }) => !selfApproval);
  const lax = strict.filter(({ whenRequesterUnknown }) => whenRequesterUnknown === "allow");
  const denying = strict.filter(({ whenRequesterUnknown }) => whenRequesterUnknown !== "allow");
  const named = (some: readonly Route[]) => some.map(({ name }) => JSON.stringify(name)).join(", ");
  return [
    denying.length === 0
      ? null
      : `\`identities\` is empty: nobody can approve what an IAM user starts, except an admin by break-glass (${named(denying)}). List the IAM users.`,
    lax.length === 0
      ? null
      : `\`identities\` is empty: people can approve what they start as IAM users (${named(lax)}). List the IAM users, or write whenRequesterUnknown: deny-people.`,
  ].filter((text) => text !== null);
}

/** Signs of a regular expression: a glob matches them literally. */
const REGULAR_EXPRESSION = /^\^|\$$|\.[*+]|\||\\|[()]|\[[^\]]*\]|\{\d/;

function regularExpressions(match: RouteMatch, index: number): PolicyWarning[] {
  const texts = TEXT_CONDITIONS.flatMap((key) => (match[key] === undefined ? [] : [[[key], match[key]] as const]));
  const named = NAMED.flatMap((kind) =>
    Object.entries(match[kind] ?? {}).flatMap(([name, globs]) => globs.map((glob) => [[kind, name], glob] as const)),
  );
  return [...texts, ...named]
    .filter(([, glob]) => REGULAR_EXPRESSION.test(glob))
    .map(([key, glob]) => ({
      path: ["routes", index, "match", ...key],
      glob: JSON.stringify(glob),
      text: "This looks like a regular expression, but it is a glob: only * and ? have a meaning, and the glob must match the whole text.",
    }));
}

/** The part of a role session's ARN before the session's name, and the characters of names. Source: AWS STS, AssumeRole. */
const ROLE_SESSION = "arn:*:sts::*:assumed-role/*/";
const NAME_UNIT = /[\w+=,.@-]/;

function sessionNames({ startedBy }: RouteMatch, index: number): PolicyWarning[] {
  if (startedBy === undefined || !comparesSessionName(startedBy)) return [];
  const text =
    "This glob can match the session name of an assumed role, which the requester chooses. Name the role instead, and allow every session: *:assumed-role/ROLE/*.";
  return [{ path: ["routes", index, "match", "startedBy"], glob: JSON.stringify(startedBy), text }];
}

/** Tells whether a part of the glob other than wildcards can match the session's name. AWS sets the names of Identity Center. */
function comparesSessionName(glob: string): boolean {
  if (glob.includes(":assumed-role/AWSReservedSSO_")) return false;
  return Array.from(glob).some((_, at) => {
    const [before, name] = [glob.slice(0, at), glob.slice(at)];
    return !/^[*?]*$/.test(name) && globsOverlap(name, "*", NAME_UNIT) && globsOverlap(before, ROLE_SESSION, NAME_UNIT);
  });
}

/** The conditions over values that a requester names. */
const NAMED = ["parameters", "tags"] as const;
type Named = (typeof NAMED)[number];

/** Finds the first laxer route that a request of this route reaches with another value, for each parameter and tag. */
function laxerRoutes(routes: readonly Route[], index: number): PolicyWarning[] {
  const route = routes[index];
  if (route === undefined) return [];
  return NAMED.flatMap((kind) =>
    Object.keys(route.match[kind] ?? {}).flatMap((name) => laxerThan(routes, index, kind, name)),
  );
}

function laxerThan(routes: readonly Route[], index: number, kind: Named, name: string): PolicyWarning[] {
  const route = routes[index];
  if (route === undefined) return [];
  const { [name]: _, ...others } = route.match[kind] ?? {};
  const otherwise: RouteMatch = { ...route.match, [kind]: others };
  for (const [at, later] of routes.entries()) {
    if (at <= index || !overlaps(route.match, later.match)) continue;
    const reasons = acceptsAnyValue(later.match[kind], name) ? laxerReasons(route, later) : [];
    if (reasons.length > 0) return [warn(route, later, at, { kind, name }, reasons)];
    if (covers(later.match, otherwise)) return [];
  }
  return [];
}

function warn(
  strict: Route,
  lax: Route,
  index: number,
  { kind, name }: { kind: Named; name: string },
  reasons: readonly string[],
): PolicyWarning {
  const [one, other] = [JSON.stringify(strict.name), JSON.stringify(lax.name)];
  const isTag = kind === "tags";
  const reach = isTag
    ? `applies if tag ${name} is missing or has a value that ${one} does not list: the requester chooses the tags, unless IAM (aws:RequestTag) forces them`
    : `applies to each value of ${name} that ${one} does not list: a requester can choose such a value`;
  return {
    path: ["routes", index],
    glob: null,
    text: `Route ${other} is laxer than route ${one} (${reasons.join(", ")}) and ${reach}. List the permitted values under match.${kind}.${name} of ${other}, or put a route as strict as ${one} without this condition before ${other}.`,
  };
}

/** Tells whether the same request may match both, apart from its parameters. */
function overlaps(one: RouteMatch, other: RouteMatch): boolean {
  if (!coversAction(one, other.action)) return false;
  return TEXT_CONDITIONS.every((key) => {
    const [a, b] = [one[key], other[key]];
    return a === undefined || b === undefined || globsOverlap(a, b);
  });
}

function acceptsAnyValue(map: RouteMatch["parameters"] = {}, name: string): boolean {
  const globs = Object.hasOwn(map, name) ? map[name] : undefined;
  return globs === undefined || globs.some((glob) => /^\*+$/.test(glob));
}

/** Says in which ways the second route is laxer; an empty list if it is not. */
function laxerReasons(strict: Route, lax: Route): string[] {
  const reasons: [string, boolean][] = [
    [`quorum ${lax.quorum} instead of ${strict.quorum}`, lax.quorum < strict.quorum],
    ["selfApproval", lax.selfApproval && !strict.selfApproval],
    [
      `whenRequesterUnknown: ${lax.whenRequesterUnknown}`,
      STRICTNESS[lax.whenRequesterUnknown] < STRICTNESS[strict.whenRequesterUnknown],
    ],
    ["other approvers", hasOtherApprovers(strict, lax)],
    [`confirm: ${lax.confirm}`, CONFIRMATIONS[lax.confirm] < CONFIRMATIONS[strict.confirm]],
    ["decide: slack", strict.decide === "elsewhere" && lax.decide !== "elsewhere"],
  ];
  return reasons.flatMap(([reason, applies]) => (applies ? [reason] : []));
}

const STRICTNESS: Record<Route["whenRequesterUnknown"], number> = { allow: 0, "deny-people": 1, deny: 2 };

const CONFIRMATIONS: Record<Route["confirm"], number> = { button: 0, dialog: 1, typed: 2 };

function hasOtherApprovers(
  { approvers: own, channels }: Route,
  { approvers, channels: otherChannels }: Route,
): boolean {
  const isChannelWider =
    approvers.channel !== undefined &&
    (own.channel === undefined || otherChannels.some((channel) => !channels.includes(channel)));
  return (
    isChannelWider ||
    approvers.users.some((user) => !own.users.includes(user)) ||
    approvers.groups.some((group) => !own.groups.includes(group))
  );
}
