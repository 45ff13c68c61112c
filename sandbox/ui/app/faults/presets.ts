import type { ActiveFault, Side } from "../live/wire-call.ts";

export interface Preset {
  side: Side;
  label: string;
  description: string;
  fault: ActiveFault;
}

/** Faults worth trying, in the words of somebody who wants to break it. */
export const PRESETS: Preset[] = [
  {
    side: "aws",
    label: "The reply to the next signal is lost",
    description: "AWS carries the signal out, then the connection breaks. A second Approve could open the next gate.",
    fault: { operation: "SendAutomationSignal", kind: "drop-reply", times: 1 },
  },
  {
    side: "aws",
    label: "AWS answers 500 to the next signal, after taking it",
    description: "An error that is none.",
    fault: { operation: "SendAutomationSignal", kind: "error", status: 500, afterExecution: true, times: 1 },
  },
  {
    side: "aws",
    label: "AWS throttles signals",
    description: "Every decision has to wait until this is off.",
    fault: { operation: "SendAutomationSignal", kind: "throttle" },
  },
  {
    side: "aws",
    label: "AWS throttles reads",
    description: "Countersign cannot look before it acts, so it waits.",
    fault: { operation: "GetAutomationExecution", kind: "throttle" },
  },
  {
    side: "slack",
    label: "Slack answers 429 to posts",
    description: "New requests cannot be posted until this is off.",
    fault: { operation: "chat.postMessage", kind: "throttle", retryAfterSeconds: 2 },
  },
  {
    side: "slack",
    label: "Slack answers 429 to edits",
    description: "Messages cannot be kept true until this is off.",
    fault: { operation: "chat.update", kind: "throttle", retryAfterSeconds: 2 },
  },
  {
    side: "slack",
    label: "The reply to the next post is lost",
    description: "Slack posts the message, then the connection breaks. Posting again would be a duplicate.",
    fault: { operation: "chat.postMessage", kind: "drop-reply", times: 1 },
  },
  {
    side: "slack",
    label: "The next click arrives twice",
    description: "Byte for byte the same.",
    fault: { operation: "deliver:block_actions", kind: "twice", times: 1 },
  },
];

/** Whether a fault in force is the one of the preset, however often it still strikes. */
export const matchesPreset = (preset: Preset) => (fault: ActiveFault) =>
  fault.operation === preset.fault.operation && fault.kind === preset.fault.kind;
