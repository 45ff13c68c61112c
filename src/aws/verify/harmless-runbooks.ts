/** Runbooks that wait and change nothing. `prefix` starts the name of each one. */

interface Runbook {
  name: string;
  content: string;
}

/** Signs the gates: the caller, and a user that does not exist. */
interface Approvers {
  caller: string;
  nobody: string;
}

const gate = (name: string, approvers: string[], more: object = {}, required = 1) => ({
  name,
  action: "aws:approve",
  timeoutSeconds: 900,
  inputs: {
    Message: "Test of countersign verify-aws. It changes nothing.",
    Approvers: approvers,
    MinRequiredApprovals: required,
  },
  ...more,
});

const sleep = (name: string, more: object = {}) => ({
  name,
  action: "aws:sleep",
  inputs: { Duration: "PT1S" },
  ...more,
});

/** Returns the runbooks of one run, children before their parents. */
export function harmlessRunbooks(prefix: string, { caller, nobody }: Approvers) {
  const runbook = (kind: string, mainSteps: object[]): Runbook => ({
    name: `${prefix}-${kind}`,
    content: JSON.stringify({
      schemaVersion: "0.3",
      description: "Created by countersign verify-aws. It waits and changes nothing. Safe to delete.",
      mainSteps,
    }),
  });
  return {
    /** Two gates: the first needs two people, the second waits for a person who does not exist. */
    gates: runbook("Gates", [gate("first", [caller, nobody], {}, 2), gate("second", [nobody], { isEnd: true })]),
    single: runbook("Single", [gate("only", [caller], { isEnd: true })]),
    foreign: runbook("Foreign", [gate("only", [nobody], { isEnd: true })]),
    again: runbook("Again", [gate("gate", [caller]), sleep("back", { nextStep: "gate" })]),
    loop: runbook("Loop", [
      {
        name: "loop",
        action: "aws:loop",
        isEnd: true,
        inputs: { Iterators: ["a"], Steps: [gate("inside", [caller])] },
      },
    ]),
    parent: runbook("Parent", [
      {
        name: "child",
        action: "aws:executeAutomation",
        isEnd: true,
        inputs: { DocumentName: `${prefix}-Single` },
      },
    ]),
    pause: runbook("Pause", [{ name: "pause", action: "aws:pause", inputs: {} }, sleep("after", { isEnd: true })]),
  };
}

export type Runbooks = ReturnType<typeof harmlessRunbooks>;
