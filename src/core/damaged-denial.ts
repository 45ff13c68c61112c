import { consoleUrl, inConsole } from "./console-url.ts";
import type { NameRenderer } from "./name-renderer.ts";
import type { ApprovalRequest } from "./request.ts";

/** A click on a request whose row in the database is damaged. `url`: the execution in the AWS console; null if it is unknown. */
export interface DamagedDenial {
  kind: "damaged";
  executionId: string;
  url: string | null;
  isClosed: boolean;
}

/** Makes the denial from the readable columns of the row. `template`: the configured `consoleUrl`. */
export function toDamagedDenial(
  request: Pick<ApprovalRequest, "account" | "region" | "executionId" | "state">,
  template?: string,
): DamagedDenial {
  const { executionId, state } = request;
  return { kind: "damaged", executionId, url: consoleUrl(request, template), isClosed: state === "closed" };
}

/** Tells the person that the record is damaged, and where the step can be decided. */
export function damagedSentence({ executionId, url, isClosed }: DamagedDenial, show: NameRenderer): string {
  const next = isClosed
    ? "The request was closed before, so its step is no longer waiting."
    : `Decide the step of execution ${show.text(executionId)} ${inConsole(url, show)}.`;
  return `Countersign's record of this request is damaged and cannot be read. Nothing was decided. Tell an admin, who can restore the record from a backup. ${next}`;
}
