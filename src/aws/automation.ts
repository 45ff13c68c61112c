import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import {
  type AutomationExecution,
  AutomationExecutionNotFoundException,
  DescribeAutomationExecutionsCommand,
  DescribeAutomationStepExecutionsCommand,
  GetAutomationExecutionCommand,
  SendAutomationSignalCommand,
  SSMClient,
  type StepExecution,
} from "@aws-sdk/client-ssm";
import type { Automation, Target } from "../app/ports.ts";
import type { ListedExecution } from "../core/execution.ts";
import { decodeExecution, decodeListed, pageOf } from "./decode.ts";
import { makeDefaults } from "./defaults.ts";
import { MalformedAnswerError, readFailure, signalFailure, TooLateError } from "./failures.ts";

/** The most that one page may hold. Source: SSM API model, MaxResults. */
const PAGE = 50;
/** A list that never ends is a malformed answer. */
const MOST_PAGES = 2_000;

const TIMEOUTS = { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true };

/** Automation of one target over the SDK. `close` ends its connections. */
export function makeAutomation(target: Target, now: () => number): Automation & { close(): void } {
  const reader = new SSMClient({ region: target.region, requestHandler: TIMEOUTS });
  // A signal is never retried by the client, and travels on a connection of its own: one that the server has just closed
  // for being idle would leave nobody knowing whether the signal arrived.
  // Credentials are the reader's, so that a signal never waits for them between the reading and its own leaving.
  const signaller = new SSMClient({
    region: target.region,
    credentials: reader.config.credentials,
    maxAttempts: 1,
    requestHandler: {
      ...TIMEOUTS,
      httpAgent: new HttpAgent({ keepAlive: false }),
      httpsAgent: new HttpsAgent({ keepAlive: false }),
    },
  });

  return {
    target,
    async listWaiting(signal) {
      const executions: ListedExecution[] = [];
      try {
        let NextToken: string | undefined;
        for (let page = 0; page < MOST_PAGES; page++) {
          const command = new DescribeAutomationExecutionsCommand({
            Filters: [{ Key: "ExecutionStatus", Values: ["Waiting"] }],
            MaxResults: PAGE,
            ...(NextToken === undefined ? {} : { NextToken }),
          });
          const answer = await reader.send(command, { abortSignal: signal });
          const items = pageOf(answer.AutomationExecutionMetadataList).map(decodeListed);
          executions.push(...items.filter((item) => item !== null));
          NextToken = following(answer.NextToken, NextToken);
          if (NextToken === undefined) return { kind: "listed", executions };
        }
        throw new MalformedAnswerError("the list of executions does not end");
      } catch (error) {
        return readFailure(error);
      }
    },

    async read(executionId, signal) {
      try {
        const answer = await reader.send(new GetAutomationExecutionCommand({ AutomationExecutionId: executionId }), {
          abortSignal: signal,
        });
        const steps = await allSteps(reader, answer.AutomationExecution, executionId, signal);
        return { kind: "read", execution: decodeExecution(answer.AutomationExecution, steps) };
      } catch (error) {
        return error instanceof AutomationExecutionNotFoundException ? { kind: "gone" } : readFailure(error);
      }
    },

    defaults: makeDefaults(reader, now),

    async signal(executionId, verdict, comment, notAfter) {
      try {
        const command = new SendAutomationSignalCommand({
          AutomationExecutionId: executionId,
          SignalType: verdict === "approve" ? "Approve" : "Reject",
          Payload: { Comment: comment },
        });
        // Innermost: after credentials were found and the request was signed, either of which may have taken long.
        command.middlewareStack.add(
          (next) => (sending) => {
            if (now() > notAfter) throw new TooLateError("this process was held up, and its turn is over");
            return next(sending);
          },
          { step: "deserialize", priority: "low", name: "notAfter" },
        );
        await signaller.send(command);
        return { kind: "taken" };
      } catch (error) {
        return signalFailure(error);
      }
    },

    close() {
      reader.destroy();
      signaller.destroy();
    },
  };
}

async function allSteps(
  client: SSMClient,
  execution: AutomationExecution | undefined,
  executionId: string,
  signal: AbortSignal,
): Promise<readonly StepExecution[]> {
  if (execution?.StepExecutionsTruncated !== true) return pageOf(execution?.StepExecutions);
  const steps: StepExecution[] = [];
  let NextToken: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const command = new DescribeAutomationStepExecutionsCommand({
      AutomationExecutionId: executionId,
      MaxResults: PAGE,
      ...(NextToken === undefined ? {} : { NextToken }),
    });
    const answer = await client.send(command, { abortSignal: signal });
    steps.push(...pageOf(answer.StepExecutions));
    NextToken = following(answer.NextToken, NextToken);
    if (NextToken === undefined) return steps;
  }
  throw new MalformedAnswerError("the list of steps does not end");
}

/** The token of the next page, undefined after the last. A page that names itself as the next would be read for ever. */
function following(next: string | undefined, asked: string | undefined): string | undefined {
  if (!next) return undefined;
  if (next === asked) throw new MalformedAnswerError("a page of a list names itself as the next");
  return next;
}
