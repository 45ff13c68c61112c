import { Hono } from "hono";
import type { HonoEnv } from "../../wire/http-server.ts";
import { actionError } from "../interact/access.ts";
import type { Changes } from "../workspace/changes.ts";
import { newPerson } from "../workspace/new-records.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { assignGiven } from "./assign-given.ts";
import { controlRoute } from "./control-route.ts";
import { channelBody, groupBody, personBody } from "./request-bodies.ts";
import { seedBody } from "./seed-bodies.ts";
import { seed } from "./seed-route.ts";

/** What the administrators of the workspace change: channels, members, people and user groups; and the seed. */
export function workspaceRoutes(deps: {
  workspace: Workspace;
  changes: Changes;
  clock: { now(): number };
}): Hono<HonoEnv> {
  const { workspace, changes } = deps;
  const routes = new Hono<HonoEnv>();

  routes.post(
    "/seed",
    controlRoute(seedBody, (body) => seed(deps, body)),
  );
  routes.post(
    "/channel",
    controlRoute(channelBody, ({ channel: id, invite, kick, ...flags }) => {
      const channel = workspace.channels.get(id);
      if (channel === undefined) return actionError("channel_not_found", `There is no channel ${id}.`);
      const unknownUser = invite.find((each) => !workspace.people.has(each));
      if (unknownUser !== undefined) return actionError("user_not_found", `There is no person ${unknownUser}.`);
      channel.members = [...new Set([...channel.members, ...invite])].filter((each) => !kick.includes(each));
      assignGiven(channel, flags);
      changes.announce({ what: "channel", channel: id });
      return { ok: true, members: channel.members };
    }),
  );
  routes.post(
    "/person",
    controlRoute(personBody, (body) => {
      const person = workspace.people.get(body.user) ?? newPerson(workspace.team.id, body.user, body.name);
      const { user: _, ...given } = body;
      assignGiven(person, { ...given, updated: Math.floor(deps.clock.now() / 1000) });
      workspace.people.set(person.id, person);
      changes.announce({ what: "people", user: person.id });
      return { ok: true, person };
    }),
  );
  routes.post(
    "/group",
    controlRoute(groupBody, ({ group: id, ...given }) => {
      const group = workspace.groups.get(id);
      if (group === undefined) return actionError("no_such_subteam", `There is no group ${id}.`);
      assignGiven(group, given);
      changes.announce({ what: "groups", id });
      return { ok: true, group };
    }),
  );
  return routes;
}
