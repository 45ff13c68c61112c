import type { Route, RouteMatch, RouteSubject } from "../../src/core/policy.ts";
import { selectRoute, tryRoutes } from "../../src/core/select-route.ts";
import { aRoute } from "../support/samples.ts";

export const toRoutes = (matches: readonly RouteMatch[]) =>
  matches.map((match, index) => aRoute({ name: `route ${index}`, match }));
export const verdicts = (matches: RouteMatch[], subject: RouteSubject) =>
  tryRoutes(toRoutes(matches), subject).map(({ verdict, conditions }) =>
    [verdict, ...conditions.map(({ key }) => key)].join(" "),
  );
export const routeName = (routes: readonly Route[], subject: RouteSubject) => {
  const selection = selectRoute(routes, subject);
  return selection.kind === "route" ? selection.route.name : selection.uncovered.reason;
};
