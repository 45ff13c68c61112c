import { initialFieldValues, toParameters } from "../aws/form-values.ts";
import { REQUESTERS } from "../aws/requesters.ts";
import { FLOOD, isStartedHere, startExecutions } from "../aws/start-executions.ts";
import type { Execution } from "../live/aws-state.ts";
import type { Channel } from "../live/slack-state.ts";
import { world } from "../live/world.ts";
import { findRequest } from "../workspace/find-request.ts";
import { openConversation, pageState, toast } from "./page-state.ts";

/** The facts that show which steps are done. */
export interface Progress {
  executions: Execution[];
  channels: Channel[];
  /** Whether a person on this page has withdrawn an approval. Neither AWS nor a channel shows this. */
  withdrew: boolean;
}

export interface GuideStep {
  label: string;
  /** The task, shown after a click on the step. */
  hint: string;
  isDone(progress: Progress): boolean;
  go(): Promise<void>;
}

const [ROSA, JANE] = REQUESTERS;

/** Starts a runbook with the values that its form shows at first. */
async function start(name: string, executedBy: string, count = 1): Promise<void> {
  const runbook = world.get().aws.runbooks.find((each) => each.name === name);
  if (runbook === undefined) return toast(`The sandbox has no runbook ${name}. Restart it to restore its runbooks.`);
  const parameters = toParameters(runbook, initialFieldValues(runbook));
  const refusal = await startExecutions(runbook, { parameters, executedBy, count });
  if (refusal !== undefined) toast(refusal);
}

/** Acts as `me` and opens the newest waiting request of a runbook. Starts the runbook if none is waiting. */
async function viewRequest(me: string, name: string, channel = "C0APPROVALS", isOwn = false): Promise<void> {
  const waiting = world
    .get()
    .aws.executions.findLast(
      ({ DocumentName, ExecutedBy, AutomationExecutionStatus }) =>
        DocumentName === name && (ExecutedBy === JANE.arn) === isOwn && AutomationExecutionStatus === "Waiting",
    );
  pageState.set({ actorId: me });
  if (waiting === undefined) await start(name, (isOwn ? JANE : ROSA).arn);
  const id = waiting?.AutomationExecutionId;
  const found = id === undefined ? undefined : findRequest(world.get().slack?.channels ?? [], me, id);
  if (found === undefined) openConversation(channel);
  else openConversation(found.channel, found.ts);
}

const received = (type: string, { executions }: Progress) =>
  executions.some(({ signals }) => signals.some((each) => each.type === type));

/** Checks for a message that only `person` sees. */
const wasTold = (person: string, text: string, { channels }: Progress) =>
  channels.some(({ messages }) =>
    messages.some((each) => each.onlyFor === person && JSON.stringify(each).includes(text)),
  );

const gatesReached = ({ StepExecutions }: Execution) =>
  StepExecutions.filter(({ Action, StepStatus }) => Action === "aws:approve" && StepStatus !== "Pending").length;

/** The first steps of a newcomer: one rule each. */
export const GUIDE_STEPS: GuideStep[] = [
  {
    label: "Start a runbook",
    hint: "Rosa has started Web-Rollback. It waits at its approval step. Countersign posts a request in #approvals.",
    isDone: ({ executions }) => executions.some(isStartedHere),
    go: async () => {
      await start("Web-Rollback", ROSA.arn);
      pageState.set({ pane: "aws" });
    },
  },
  {
    label: "Approve it as Jane",
    hint: "You are Jane, a member of @sre. Press Approve. One approval is enough here, and AWS continues the runbook.",
    isDone: (progress) => received("Approve", progress),
    go: () => viewRequest("U0JANE", "Web-Rollback"),
  },
  {
    label: "Be denied as Rosa",
    hint: "You are Rosa, who is not an approver. Press Approve. Countersign tells you why your click does not count.",
    isDone: (progress) => wasTold("U0ROSA", "may decide this request", progress),
    go: () => viewRequest("U0ROSA", "Web-Rollback"),
  },
  {
    label: "Try your own as Jane",
    hint: "You are Jane, and the IAM user jane started this runbook. Press Approve. Another person must approve it.",
    isDone: (progress) => wasTold("U0JANE", "You started this execution", progress),
    go: () => viewRequest("U0JANE", "Web-Rollback", "C0APPROVALS", true),
  },
  {
    label: "Reject one as Mia",
    hint: "You are Mia, a database administrator. Press Reject and enter a reason. AWS stops the runbook.",
    isDone: (progress) => received("Reject", progress),
    go: () => viewRequest("U0MIA", "Prod-DB-Restart", "C0PRODDBA"),
  },
  {
    label: "Withdraw as Jane",
    hint: "Payout-Release needs two approvals. Approve it with a reason. Then press Withdraw my approval.",
    isDone: ({ withdrew }) => withdrew,
    go: () => viewRequest("U0JANE", "Payout-Release"),
  },
  {
    label: "Reach the next gate",
    hint: "Web-Deploy-Two-Gates has two approval steps. Approve the first one. The second one needs a new approval.",
    isDone: ({ executions }) => executions.some((each) => gatesReached(each) > 1),
    go: () => viewRequest("U0JANE", "Web-Deploy-Two-Gates"),
  },
  {
    label: `Start ${FLOOD} at once`,
    hint: `${FLOOD} executions of Web-Rollback have started. Countersign posts one digest for many of them.`,
    isDone: ({ executions }) =>
      executions.filter((each) => each.DocumentName === "Web-Rollback" && isStartedHere(each)).length >= FLOOD,
    go: async () => {
      pageState.set({ actorId: "U0JANE" });
      await start("Web-Rollback", ROSA.arn, FLOOD);
      openConversation("C0APPROVALS");
    },
  },
];
