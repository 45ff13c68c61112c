import { BOT_ROLE } from "../support/world.ts";
import type { Setting } from "./setting.ts";

/** The role in whose sessions approvers signal. */
const APPROVER_ROLE = BOT_ROLE.replace("CountersignBot", "CountersignApprover");

/** One gate, and a step after it. */
const oneGate = (approvers: string) => `
schemaVersion: "0.3"
mainSteps:
  - name: approve
    action: aws:approve
    timeoutSeconds: 900
    onFailure: Abort
    inputs: { Message: "One gate", MinRequiredApprovals: 1, Approvers: ${approvers} }
  - name: restart
    action: aws:runCommand
    isEnd: true
    inputs: { DocumentName: AWS-RunShellScript }
`;

/** Two consecutive gates: a late or repeated signal approves the second one. */
const twoGates = (approvers: string) => `
schemaVersion: "0.3"
mainSteps:
  - name: first
    action: aws:approve
    inputs: { Message: "The first gate", Approvers: ${approvers} }
  - name: second
    action: aws:approve
    isEnd: true
    inputs: { Message: "The second gate", Approvers: ${approvers} }
`;

/** A gate in a loop that ends with a rejection. */
const loop = (approvers: string) => `
schemaVersion: "0.3"
mainSteps:
  - name: approve
    action: aws:approve
    onFailure: Abort
    inputs: { Message: "Another batch?", Approvers: ${approvers} }
  - name: migrate
    action: aws:sleep
    inputs: { Duration: PT2S }
  - name: again
    action: aws:branch
    inputs:
      Choices:
        - NextStep: approve
          Variable: "yes"
          StringEquals: "yes"
      Default: finish
  - name: finish
    action: aws:sleep
    isEnd: true
    inputs: { Duration: PT1S }
`;

/** A rejection of the first gate continues the runbook at the second. */
const continueOnRejection = (approvers: string, required: number) => `
schemaVersion: "0.3"
mainSteps:
  - name: optional
    action: aws:approve
    onFailure: Continue
    timeoutSeconds: 120
    inputs: { Message: "An optional gate", MinRequiredApprovals: ${required}, Approvers: ${approvers} }
  - name: needed
    action: aws:approve
    isEnd: true
    inputs: { Message: "The gate after it", MinRequiredApprovals: ${required}, Approvers: ${approvers} }
`;

/** The name of every paused step. */
export const PAUSED_STEP = "hold";

/** A pause, and a gate right after it: a signal for one must not reach the other. */
const pauseThenGate = (approvers: string) => `
schemaVersion: "0.3"
mainSteps:
  - name: ${PAUSED_STEP}
    action: aws:pause
    inputs: { Message: "Swap the disk" }
  - name: approve
    action: aws:approve
    isEnd: true
    inputs: { Message: "The gate after the pause", Approvers: ${approvers} }
`;

/** A pause in a loop that ends with a stop: a late Resume resumes the next turn. */
const PAUSE_LOOP = `
schemaVersion: "0.3"
mainSteps:
  - name: ${PAUSED_STEP}
    action: aws:pause
    inputs: { Message: "Swap the next disk" }
  - name: copy
    action: aws:sleep
    inputs: { Duration: PT2S }
  - name: again
    action: aws:branch
    inputs:
      Choices:
        - NextStep: ${PAUSED_STEP}
          Variable: "yes"
          StringEquals: "yes"
      Default: finish
  - name: finish
    action: aws:sleep
    isEnd: true
    inputs: { Duration: PT1S }
`;

/** A runbook without a route: it cannot be decided in Slack, and the admins get a notice. */
export const UNROUTED = "Unrouted";

export const ROUTED = ["One-Gate", "Two-Gates", "Loop", "Goes-On"];
export const PAUSED = ["Pause-Gate", "Pause-Loop"];

/** Returns the runbooks by name. Only people can make up the number of approvals that AWS needs; the bot alone is one. */
export function makeRunbooks({ signers }: Pick<Setting, "signers">): Record<string, string> {
  const approvers = JSON.stringify([signers === "bot" ? BOT_ROLE : APPROVER_ROLE, "admin"]);
  return {
    "One-Gate": oneGate(approvers),
    "Two-Gates": twoGates(approvers),
    Loop: loop(approvers),
    "Goes-On": continueOnRejection(approvers, signers === "bot" ? 1 : 2),
    "Pause-Gate": pauseThenGate(approvers),
    "Pause-Loop": PAUSE_LOOP,
    [UNROUTED]: oneGate(approvers),
  };
}

/**
 * The policy: two channels and a quorum of two for one runbook, one and two for pauses in a loop, one and one for the others,
 * no route for the last.
 */
const POLICY = `
routes:
  - name: pauses in a loop
    match: { action: "aws:pause", document: Pause-Loop }
    channels: [C0APPROVALS]
    approvers: { users: [U0JANE, U0DAN], groups: [S0DBA] }
    quorum: 2
  - name: other pauses
    match: { action: "aws:pause" }
    channels: [C0APPROVALS]
    approvers: { users: [U0JANE, U0DAN], groups: [S0DBA] }
  - name: two people
    match: { document: "Goes-*" }
    channels: [C0APPROVALS, C0PRODDBA]
    approvers: { users: [U0JANE, U0DAN], groups: [S0DBA] }
    quorum: 2
    reason: none
  - name: two words
    match: { document: "*-*" }
    channels: [C0APPROVALS]
    approvers: { users: [U0JANE, U0DAN], groups: [S0DBA] }
  - name: the loop
    match: { document: Loop }
    channels: [C0APPROVALS]
    approvers: { users: [U0JANE, U0DAN], groups: [S0DBA] }
admins: { users: [U0ADMIN] }
`;

const AS_PEOPLE = `
targets:
  - name: default
    regions: [us-east-1]
    approverRole: ${APPROVER_ROLE}
`;

/** Where escalations go. */
export const ONCALL_CHANNEL = "C0ONCALL";

/** When reminders are due: after the opening, except the last call, which is before the deadline. */
export const REMINDERS = { afterMs: 60_000, everyMs: 180_000, lastCallMs: 240_000, escalateMs: 300_000 };

const seconds = (ms: number) => `${ms / 1000}s`;

const DEADLINES = `    remind: { after: ${seconds(REMINDERS.afterMs)}, every: ${seconds(REMINDERS.everyMs)}, lastCall: ${seconds(REMINDERS.lastCallMs)} }
    escalate: { after: ${seconds(REMINDERS.escalateMs)}, channels: [${ONCALL_CHANNEL}], mention: [U0ADMIN] }
`;

export function makePolicy({ signers, deadlines }: Pick<Setting, "signers" | "deadlines">): string {
  const routes = deadlines ? POLICY.replaceAll(/^ {4}approvers: .*\n/gm, (line) => `${line}${DEADLINES}`) : POLICY;
  return signers === "bot" ? routes : `${routes}${AS_PEOPLE}`;
}

export const ADMIN = "U0ADMIN";

/** Finds the expected channels and the expected quorum for the requests of a runbook. */
export function findRoute(document: string): { channels: string[]; quorum: number } {
  if (document === UNROUTED) return { channels: [], quorum: 1 };
  if (document.startsWith("Goes-")) return { channels: ["C0APPROVALS", "C0PRODDBA"], quorum: 2 };
  return { channels: ["C0APPROVALS"], quorum: document === "Pause-Loop" ? 2 : 1 };
}

export const APPROVERS = ["U0JANE", "U0DAN", "U0MIA"];
/** The only approver who is not named in the policy but belongs to its group. */
export const GROUP_MEMBER = "U0MIA";
export const GROUP = "S0DBA";
/** Members of the channels who are not approvers. */
export const OTHERS = ["U0ROSA", "U0ADMIN"];
