import { randomUUID } from "node:crypto";
import {
  type AutomationExecution,
  CreateDocumentCommand,
  DeleteDocumentCommand,
  GetAutomationExecutionCommand,
  SendAutomationSignalCommand,
  type SignalType,
  type SSMClient,
  StartAutomationExecutionCommand,
  type StepExecution,
  StopAutomationExecutionCommand,
} from "@aws-sdk/client-ssm";
import type { Clock } from "../../app/ports/aws.ts";
import { parseArn } from "../../core/arn.ts";
import { describe } from "../aws-failures.ts";
import { harmlessRunbooks } from "./harmless-runbooks.ts";

/** How often a state is read while a check waits for it, and for how long, in milliseconds. */
const READ_EVERY_MS = 500;
const MOST_MS = 90_000;

const ENDED = new Set(["Success", "Failed", "TimedOut", "Cancelled", "CompletedWithSuccess", "CompletedWithFailure"]);

/** Creates the runbooks of one run, and starts, signals and reads their executions. `cleanUp` ends and deletes all of them. */
export async function makeHarmlessExecutions(options: {
  ssm: SSMClient;
  caller: string;
  account: string;
  clock: Clock;
  signal: AbortSignal;
}) {
  const { ssm, caller, account, clock, signal } = options;
  const nobody = `arn:${parseArn(caller)?.partition ?? "aws"}:iam::${account}:user/countersign-verify-nobody`;
  const runbooks = harmlessRunbooks(`Countersign-Verify-${randomUUID().slice(0, 8)}`, { caller, nobody });
  const created: string[] = [];
  const started: string[] = [];

  const read = (id: string) => readExecution(ssm, id);

  const executions = {
    prefix: runbooks.gates.name.replace(/-Gates$/, ""),
    runbooks,
    /** The ids of all executions, oldest first. */
    started: started as readonly string[],
    async create(): Promise<void> {
      for (const { name, content } of Object.values(runbooks)) {
        const type = { DocumentType: "Automation", DocumentFormat: "JSON" } as const;
        await ssm.send(new CreateDocumentCommand({ Name: name, Content: content, ...type }));
        created.push(name);
      }
    },
    async start(runbook: { name: string }): Promise<string> {
      const { AutomationExecutionId: id = "" } = await ssm.send(
        new StartAutomationExecutionCommand({ DocumentName: runbook.name }),
      );
      started.push(id);
      return id;
    },
    read,
    /** Sends a signal. Resolves with the code of AWS's error, null if AWS accepted it. */
    signal: (id: string, type: SignalType, payload: Record<string, string[]> = {}) =>
      sendSignal(ssm, id, type, payload),
    /** Reads the execution until it is in this state. Throws if it ends first, or after a minute and a half. */
    async until(id: string, state: (execution: AutomationExecution) => boolean): Promise<AutomationExecution> {
      const end = clock.now() + MOST_MS;
      for (;;) {
        signal.throwIfAborted();
        const execution = await read(id);
        if (state(execution)) return execution;
        const status = execution.AutomationExecutionStatus ?? "no status";
        if (ENDED.has(status)) throw new Error(`the execution ended with ${status}: ${execution.FailureMessage ?? ""}`);
        if (clock.now() > end) throw new Error(`the execution is still ${status} after ${MOST_MS / 1000} s`);
        await clock.sleep(READ_EVERY_MS);
      }
    },
    waiting: (id: string) => executions.until(id, (execution) => waitingStep(execution) !== undefined),
    /** Cancels every execution and deletes every runbook. Resolves with a line for each that is left. */
    cleanUp: () => cleanUp(ssm, { created, started }),
  };
  return executions;
}

export type HarmlessExecutions = Awaited<ReturnType<typeof makeHarmlessExecutions>>;

async function sendSignal(
  ssm: SSMClient,
  id: string,
  type: SignalType,
  payload: Record<string, string[]>,
): Promise<string | null> {
  const Payload = type === "Approve" ? { Comment: ["countersign verify-aws"], ...payload } : payload;
  try {
    await ssm.send(new SendAutomationSignalCommand({ AutomationExecutionId: id, SignalType: type, Payload }));
    return null;
  } catch (error) {
    return describe(error).code;
  }
}

async function readExecution(ssm: SSMClient, id: string): Promise<AutomationExecution> {
  const reply = await ssm.send(new GetAutomationExecutionCommand({ AutomationExecutionId: id }));
  return reply.AutomationExecution ?? {};
}

async function cleanUp(
  ssm: SSMClient,
  { created, started }: { created: readonly string[]; started: readonly string[] },
): Promise<string[]> {
  const left: string[] = [];
  const attempt = async (what: string, call: () => Promise<unknown>) => {
    try {
      await call();
    } catch (error) {
      left.push(`${what}: ${describe(error).message}`);
    }
  };
  for (const id of started)
    await attempt(`execution ${id}`, async () => {
      const { AutomationExecutionStatus: status = "" } = await readExecution(ssm, id);
      if (ENDED.has(status)) return;
      await ssm.send(new StopAutomationExecutionCommand({ AutomationExecutionId: id, Type: "Cancel" }));
    });
  for (const name of created)
    await attempt(`runbook ${name}`, () => ssm.send(new DeleteDocumentCommand({ Name: name })));
  return left;
}

/** The step that waits, if one does. */
export function waitingStep({ StepExecutions = [] }: AutomationExecution): StepExecution | undefined {
  return StepExecutions.find(({ StepStatus, Action }) => StepStatus === "Waiting" && Action !== "aws:loop");
}

export function findStep({ StepExecutions = [] }: AutomationExecution, name: string): StepExecution | undefined {
  return StepExecutions.find(({ StepName }) => StepName === name);
}
