import { Hono } from "hono";
import type { HonoEnv } from "../../wire/http-server.ts";
import { click } from "../interact/click.ts";
import { close } from "../interact/close.ts";
import { deleteAsUser } from "../interact/delete-as-user.ts";
import type { InteractDeps } from "../interact/interact-deps.ts";
import { openHome } from "../interact/open-home.ts";
import { postAsUser } from "../interact/post-as-user.ts";
import { runCommand } from "../interact/slash-command.ts";
import { submit } from "../interact/submit.ts";
import { controlRoute } from "./control-route.ts";
import { clickBody, closeBody, commandBody, deleteBody, homeBody, postBody, submitBody } from "./request-bodies.ts";

/** The actions of people: click, submit, close, command, home, post, delete. */
export function userActionRoutes(deps: InteractDeps): Hono<HonoEnv> {
  const app = new Hono<HonoEnv>();
  app.post(
    "/click",
    controlRoute(clickBody, (body) => click(deps, body)),
  );
  app.post(
    "/submit",
    controlRoute(submitBody, (body) => submit(deps, body)),
  );
  app.post(
    "/close",
    controlRoute(closeBody, (body) => close(deps, body)),
  );
  app.post(
    "/command",
    controlRoute(commandBody, (body) => runCommand(deps, body)),
  );
  app.post(
    "/home",
    controlRoute(homeBody, (body) => openHome(deps, body)),
  );
  app.post(
    "/post",
    controlRoute(postBody, (body) => postAsUser(deps.workspace, body)),
  );
  app.post(
    "/delete",
    controlRoute(deleteBody, (body) => deleteAsUser(deps, body)),
  );
  return app;
}
