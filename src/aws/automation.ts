import {
  type AutomationExecution,
  AutomationExecutionNotFoundException,
  DescribeAutomationExecutionsCommand,
  DescribeAutomationStepExecutionsCommand,
  GetAutomationExecutionCommand,
  SSMClient,
  type StepExecution,
} from "@aws-sdk/client-ssm";
import type { Automation, Clock, Target, TargetRoles } from "../app/ports/aws.ts";
import type { ListedExecution } from "../core/execution.ts";
import { makeApproverSessions } from "./approver-sessions.ts";
import { MalformedAnswerError, readFailure } from "./aws-failures.ts";
import { decodeExecution, decodeListed, decodePage } from "./decode.ts";
import { makeDefaults } from "./defaults.ts";
import { makeCallPacer, paced } from "./pace.ts";
import { makeReadCredentials } from "./read-role.ts";
import { makeBotSigning } from "./signal-sender.ts";
import { TIMEOUTS } from "./timeouts.ts";

/** The most that one page may hold. Source: SSM API model, MaxResults. */
const PAGE = 50;
/** A list that never ends is a malformed answer. */
const MAX_PAGES = 2_000;

const NO_ROLES: TargetRoles = { readRole: null, approverRole: null };

/** Automation of one target over the SDK. `close` ends its connections. */
export function makeAutomation(
  target: Target,
  clock: Clock,
  roles: TargetRoles = NO_ROLES,
): Automation & { close(): void } {
  const { region } = target;
  const { now } = clock;
  const pace = makeCallPacer(clock);
  const reader = new SSMClient({
    region,
    requestHandler: TIMEOUTS,
    ...(roles.readRole === null ? {} : { credentials: makeReadCredentials(region, roles.readRole) }),
  });
  const common = { region, now, onEnd: pace.record };
  // The bot signs with the reader's credentials, which the read has just used: the signal does not wait for new ones.
  const signing =
    roles.approverRole === null
      ? makeBotSigning({ ...common, ...(roles.readRole === null ? { credentials: reader.config.credentials } : {}) })
      : makeApproverSessions({ ...common, roleArn: roles.approverRole });

  return {
    target,
    signers: signing.signers,
    ready: signing.ready,
    signal: signing.signal,

    async listWaiting(abort) {
      const executions: ListedExecution[] = [];
      try {
        let NextToken: string | undefined;
        for (let page = 0; page < MAX_PAGES; page++) {
          const command = new DescribeAutomationExecutionsCommand({
            Filters: [{ Key: "ExecutionStatus", Values: ["Waiting"] }],
            MaxResults: PAGE,
            ...(NextToken === undefined ? {} : { NextToken }),
          });
          const answer = await reader.send(paced(command, { pace, urgent: false, signal: abort }), {
            abortSignal: abort,
          });
          const items = decodePage(answer.AutomationExecutionMetadataList).map(decodeListed);
          executions.push(...items.filter((item) => item !== null));
          NextToken = following(answer.NextToken, NextToken);
          if (NextToken === undefined) return { kind: "listed", executions };
        }
        throw new MalformedAnswerError("the list of executions does not end");
      } catch (error) {
        return readFailure(error);
      }
    },

    async read(executionId, abort, urgent = false) {
      const own = { pace, urgent, signal: abort };
      try {
        const command = new GetAutomationExecutionCommand({ AutomationExecutionId: executionId });
        const answer = await reader.send(paced(command, own), { abortSignal: abort });
        const steps = await allSteps(reader, answer.AutomationExecution, executionId, own);
        return { kind: "read", execution: decodeExecution(answer.AutomationExecution, steps) };
      } catch (error) {
        return error instanceof AutomationExecutionNotFoundException ? { kind: "not-found" } : readFailure(error);
      }
    },

    defaults: makeDefaults(reader, now),

    close() {
      reader.destroy();
      signing.close();
    },
  };
}

async function allSteps(
  client: SSMClient,
  execution: AutomationExecution | undefined,
  executionId: string,
  own: Parameters<typeof paced>[1],
): Promise<readonly StepExecution[]> {
  if (execution?.StepExecutionsTruncated !== true) return decodePage(execution?.StepExecutions);
  const steps: StepExecution[] = [];
  let NextToken: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const command = new DescribeAutomationStepExecutionsCommand({
      AutomationExecutionId: executionId,
      MaxResults: PAGE,
      ...(NextToken === undefined ? {} : { NextToken }),
    });
    const answer = await client.send(paced(command, own), { abortSignal: own.signal });
    steps.push(...decodePage(answer.StepExecutions));
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
