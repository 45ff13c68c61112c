import type { App } from "@slack/bolt";
import type { ModalView } from "@slack/web-api";
import type { makeDetails } from "../../app/admin/inspect.ts";
import type { Log } from "../../app/ports/aws.ts";
import type { Chat } from "../../app/ports/slack.ts";
import { damagedSentence } from "../../core/damaged-denial.ts";
import { findObstacle } from "../../core/obstacle.ts";
import { READ_RULE } from "../../core/read-access.ts";
import type { Workspace } from "../connection/workspace.ts";
import { unknownPersonText } from "../messages/command-texts.ts";
import { detailsView, sentenceView } from "../messages/details-view.ts";
import { mentions } from "../messages/mentions.ts";
import { fillModal, logModalFailure } from "./modal.ts";
import { detailsPageSchema, isFromHome, requestClickSchema, toOrigin } from "./payloads.ts";
import type { SignedFormState } from "./signed-form-state.ts";

interface DetailsDeps {
  details: ReturnType<typeof makeDetails>;
  chat: Chat;
  formState: SignedFormState;
  workspace: Workspace;
  newId: () => string;
  log: Log;
}

type DetailsResult = Awaited<ReturnType<ReturnType<typeof makeDetails>>>;

/**
 * Opens Details: every step with its status, inputs and outputs, as AWS has them now. Opened from a digest, Details also
 * lead to a decision, because the request may have no message with buttons yet.
 */
export function listenForDetails(app: App, deps: DetailsDeps): void {
  listenForPages(app, deps);
  app.action({ type: "block_actions", action_id: /^(details|open)$/ }, async ({ ack, body, client }) => {
    await ack();
    const parsed = requestClickSchema.safeParse(body);
    const action = parsed.data?.actions[0];
    if (!parsed.success || action === undefined || !isFromHome(parsed.data, deps.workspace)) {
      deps.log.warn(
        { event: "click.rejected", action: "details" },
        "malformed click, or a click from another workspace",
      );
      return;
    }
    const { user, trigger_id: triggerId, container } = parsed.data;
    const verdicts = action.action_id === "open";
    const origin = toOrigin(container);
    const content = async () => {
      const requestId = action.value;
      const found = await deps.details(user.id, { requestId, origin });
      const state = { purpose: "details", requestId, verdict: "approve", authority: "break-glass" } as const;
      const metadata = deps.formState.write({ ...state, origin, nonce: deps.newId() }, user.id);
      return renderPage(found, { metadata, verdicts, page: 1, workspaceUrl: deps.workspace.url });
    };
    const onFailure = (sentence: string) => deps.chat.postEphemeral(origin.channelId, user.id, sentence);
    await fillModal({
      client,
      triggerId,
      title: "Details",
      content,
      onFailure,
      log: deps.log.child({ requestId: action.value }),
    });
  });
}

/** Shows another page of Details, read again from AWS. The permission to read is checked for each page. */
function listenForPages(app: App, deps: DetailsDeps): void {
  app.action({ type: "block_actions", action_id: /^details-(previous|next)$/ }, async ({ ack, body, client }) => {
    await ack();
    const parsed = detailsPageSchema.safeParse(body);
    if (!parsed.success || !isFromHome(parsed.data, deps.workspace)) {
      deps.log.warn({ event: "click.rejected", action: "page" }, "malformed click, or a click from another workspace");
      return;
    }
    const { user, view, actions } = parsed.data;
    const { id: view_id, private_metadata: metadata } = view;
    const state = deps.formState.read(metadata, user.id, "details");
    if (state === null) {
      await client.views.update({ view_id, view: sentenceView("Details", FORGED) });
      return;
    }
    const { requestId, origin } = state;
    const [page = "1", open] = (actions[0]?.value ?? "").split(" ");
    try {
      const found = await deps.details(user.id, { requestId, origin });
      const shown = renderPage(found, {
        ...{ metadata, verdicts: open === "open", page: Number(page) },
        workspaceUrl: deps.workspace.url,
      });
      await client.views.update({ view_id, view: shown });
    } catch (error) {
      logModalFailure(deps.log, error, { title: "Details", requestId }, "cannot show a page of Details");
      await deps.chat.postEphemeral(origin.channelId, user.id, "Slack could not show this page. Open Details again.");
    }
  });
}

/** Renders a page of Details, with the ways to decide that this person may try: buttons decide nothing by themselves. */
function renderPage(
  found: DetailsResult,
  {
    metadata,
    verdicts,
    page,
    workspaceUrl,
  }: { metadata: string; verdicts: boolean; page: number; workspaceUrl: string },
): ModalView {
  if (found.kind !== "details") return sentenceView("Details", refusal(found));
  const { request, route, admin } = found;
  const canDecide = request.state === "open" && findObstacle(request.facts, route) === null;
  const leadsTo = { metadata, verdicts: verdicts && canDecide, breakGlass: admin && canDecide };
  return detailsView({ ...found, leadsTo, workspaceUrl }, page);
}

const FORGED = "Countersign did not open these Details for you. Press the button in the message again.";
const ABSENT =
  "Countersign has no record of this request that you may read. Use the newest message of the request, or ask an admin.";

function refusal(found: Exclude<DetailsResult, { kind: "details" }>): string {
  switch (found.kind) {
    case "absent":
      return ABSENT;
    case "damaged":
      return damagedSentence(found, mentions());
    case "refused":
      return `You may not read this request. ${READ_RULE}`;
    case "unknown":
      return unknownPersonText(found, "Press the button again in a minute.");
    default:
      throw new Error(`no text for ${found satisfies never}`);
  }
}
