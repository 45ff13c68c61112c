import { Hono } from "hono";
import type { Wire } from "../../wire/http-server.ts";
import { click, type InteractDeps } from "../interact/click.ts";
import { close } from "../interact/close.ts";
import { openHome } from "../interact/open-home.ts";
import { post } from "../interact/post-as-user.ts";
import { command } from "../interact/slash-command.ts";
import { submit } from "../interact/submit.ts";
import { answering } from "./control-route.ts";
import { clickBody, closeBody, commandBody, homeBody, postBody, submitBody } from "./request-bodies.ts";

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
    answering(postBody, (body) => post(deps.workspace, body)),
  );
  return app;
}
