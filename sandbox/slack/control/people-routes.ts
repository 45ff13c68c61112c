import { Hono } from "hono";
import type { Wire } from "../../wire/server.ts";
import { click, type InteractDeps } from "../interact/click.ts";
import { close } from "../interact/close.ts";
import { command } from "../interact/command.ts";
import { openHome } from "../interact/home.ts";
import { submit } from "../interact/submit.ts";
import { actingPerson, openChannel } from "../interact/where.ts";
import { answering } from "./answer.ts";
import { clickBody, closeBody, commandBody, homeBody, postBody, submitBody } from "./bodies.ts";

/** What people do: click, submit, close, command, home, post. */
export function peopleRoutes(deps: InteractDeps): Hono<Wire> {
  const app = new Hono<Wire>();
  app.post(
    "/click",
    answering(clickBody, (body) => click(deps, body)),
  );
  app.post(
    "/submit",
    answering(submitBody, (body) => submit(deps, body)),
  );
  app.post(
    "/close",
    answering(closeBody, (body) => close(deps, body)),
  );
  app.post(
    "/command",
    answering(commandBody, (body) => command(deps, body)),
  );
  app.post(
    "/home",
    answering(homeBody, (body) => openHome(deps, body)),
  );
  app.post(
    "/post",
    answering(postBody, (body) => {
      const person = actingPerson(deps.workspace, body.user);
      if ("ok" in person) return person;
      const channel = openChannel(deps.workspace, person, body.channel);
      if ("ok" in channel) return channel;
      const message = deps.workspace.post(channel, { user: person.id, text: body.text, threadTs: body.thread_ts });
      return { ok: true, ts: message.ts };
    }),
  );
  return app;
}
