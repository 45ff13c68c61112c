import type { WebClient } from "@slack/web-api";
import type { ButtonClick } from "../../app/decide/gather-facts.ts";
import { capitalize, findTerms } from "../../core/action-terms.ts";
import { requiresReason, requiresTypedName } from "../../core/evaluate-vote.ts";
import { findRoute } from "../../core/policy.ts";
import type { ApprovalRequest, Authority, StepAction, Verdict } from "../../core/request.ts";
import { sentenceView } from "../messages/details-view.ts";
import { verdictForm } from "../messages/verdict-form.ts";
import { fillModal } from "./modal.ts";
import type { VerdictDeps } from "./record.ts";

/** Opens the form for a verdict, or shows why the verdict would not count. */
export function openForm(
  deps: VerdictDeps,
  client: WebClient,
  place: { triggerId: string; how: "open" | "push" },
  press: ButtonClick,
  wanted: { verdict: Verdict; authority: Authority },
  facts: StepAction = {},
): Promise<void> {
  const { verdict, authority } = wanted;
  const { requestId, origin, userId } = press;
  const title = authority === "break-glass" ? "Break glass" : `${capitalize(findTerms(facts).verb[verdict])} this step`;
  const content = async () => {
    const preview = await deps.preview(press, verdict, authority);
    if (preview.kind === "denied") return sentenceView(title, deps.sentence(preview.denial));
    const request = await deps.requests.byId(requestId);
    if (request === null) return sentenceView(title, deps.sentence({ kind: "no-request" }));
    const state = { purpose: "form", requestId, origin, ...wanted, nonce: deps.newId() } as const;
    const metadata = deps.formState.write(state, userId);
    const route = findRoute(deps.routes, request.route);
    const asks = requiresForm(deps, request, wanted);
    return verdictForm({ request, route, ...wanted, asks, metadata, withhold: preview.kind === "unchecked" });
  };
  const onFailure = (sentence: string) => deps.chat.postEphemeral(origin.channelId, userId, sentence);
  return fillModal({ client, ...place, title, content, onFailure, log: deps.log.child({ requestId }) });
}

/** Returns the inputs that a verdict needs. An unknown request or route needs none: the verdict is denied anyway. */
export function requiresForm(
  deps: Pick<VerdictDeps, "routes">,
  request: ApprovalRequest | null,
  { verdict, authority }: { verdict: Verdict; authority: Authority },
): { reason: boolean; typed: boolean } {
  if (authority === "break-glass") return { reason: true, typed: true };
  const route = findRoute(deps.routes, request?.route);
  if (route === null) return { reason: false, typed: false };
  return { reason: requiresReason(route, verdict), typed: requiresTypedName(route, verdict) };
}
