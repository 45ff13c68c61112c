import {
  AutomationExecutionNotFoundException,
  DescribeAutomationExecutionsCommand,
  DescribeAutomationStepExecutionsCommand,
  GetAutomationExecutionCommand,
  SSMClient,
  type StepExecution,
} from "@aws-sdk/client-ssm";
import type { Automation, AwsCalls, Clock, Target, TargetRoles } from "../app/ports/aws.ts";
import type { ListedExecution } from "../core/execution.ts";
import { finishInTurns } from "../core/slices.ts";
import { makeApproverSessions } from "./approver-sessions.ts";
import { MalformedAnswerError, readFailure } from "./aws-failures.ts";
import { type Connections, makeConnections } from "./connections.ts";
import { decodeExecution, decodeListed, decodePage } from "./decode.ts";
import { makeDefaults } from "./defaults.ts";
import { listExecutions } from "./list-executions.ts";
import { observeCalls } from "./observe-calls.ts";
import { ownCredentials } from "./own-credentials.ts";
import { limitConcurrency, makeCallPacer, type PacedCall, paced } from "./pace.ts";
import { makeWithParents } from "./parents.ts";
import { makeReadCredentials } from "./read-role.ts";
import { makeBotSignerCalls } from "./signal-sender.ts";
import { makeCanStop } from "./stop-permission.ts";
import { makeReadTags } from "./tags.ts";
import { UNCOUNTED } from "./uncounted.ts";

/** Maximum size of a page. Source: SSM API model, MaxResults. */
const PAGE = 50;
/** The calls for people at a time: the connections of the client must suffice for the read before a signal too. */
const MAX_PEOPLE_CALLS = 10;
/** A list with more pages never ends: its reply is malformed. */
const MAX_PAGES = 2_000;

const NO_ROLES: TargetRoles = { readRole: null, approverRole: null };

/** Connects to the Automation of one target with the SDK. `close` ends its connections, unless others share them. */
export function makeAutomation(
  target: Target,
  clock: Clock,
  roles: TargetRoles = NO_ROLES,
  calls: AwsCalls = UNCOUNTED,
  shared?: Connections,
): Automation & { close(): void } {
  const { region } = target;
  const { now } = clock;
  const pace = makeCallPacer(clock, calls);
  const connections = shared ?? makeConnections(calls);
  const reader = connectReader(region, roles.readRole, calls, connections);
  const common = { region, clock, calls, connections, onEnd: pace.record };
  // The bot signs with the reader's credentials, which the read has just used: the signal does not wait for new ones.
  const signing =
    roles.approverRole === null
      ? makeBotSignerCalls({
          ...common,
          ...(roles.readRole === null ? { credentials: reader.config.credentials } : {}),
        })
      : makeApproverSessions({ ...common, roleArn: roles.approverRole });
  const forPeople = limitConcurrency(MAX_PEOPLE_CALLS);
  const read: Automation["read"] = (executionId, abort, priority = "routine") => {
    const call = () => readExecution(reader, executionId, { pace, priority, abort }, clock.turn);
    return priority === "people" ? forPeople(call, abort).catch(readFailure) : call();
  };

  return {
    target,
    read,
    withParents: makeWithParents(read, now),
    signers: signing.signers,
    ready: signing.ready,
    signal: signing.signal,
    canStop: makeCanStop(signing.probeStop, now),
    defaults: makeDefaults(reader, now, pace),
    tags: makeReadTags(reader, now, pace),

    async listWaiting(abort, onPage = () => undefined) {
      try {
        return { kind: "listed", executions: await listWaiting(reader, { pace, priority: "routine", abort }, onPage) };
      } catch (error) {
        return readFailure(error);
      }
    },

    async listExecutions(filter, abort) {
      try {
        return await forPeople(() => listExecutions(reader, filter, { pace, priority: "people", abort }), abort);
      } catch (error) {
        return readFailure(error);
      }
    },

    close() {
      if (shared === undefined) connections.close();
    },
  };
}

function connectReader(region: string, readRole: string | null, calls: AwsCalls, connections: Connections): SSMClient {
  const reader = new SSMClient({
    region,
    requestHandler: connections.requestHandler(),
    ...(readRole === null ? ownCredentials() : { credentials: makeReadCredentials(connections.sts(region), readRole) }),
  });
  reader.middlewareStack.use(observeCalls(calls));
  return reader;
}

async function readExecution(
  client: SSMClient,
  executionId: string,
  slot: PacedCall,
  turn: Clock["turn"],
): ReturnType<Automation["read"]> {
  try {
    const command = new GetAutomationExecutionCommand({ AutomationExecutionId: executionId });
    const { AutomationExecution: execution } = await client.send(paced(command, slot), { abortSignal: slot.abort });
    const steps =
      execution?.StepExecutionsTruncated === true
        ? await listSteps(client, executionId, slot)
        : decodePage(execution?.StepExecutions);
    return { kind: "read", execution: await finishInTurns(decodeExecution(execution, steps), turn) };
  } catch (error) {
    return error instanceof AutomationExecutionNotFoundException ? { kind: "not-found" } : readFailure(error);
  }
}

async function listWaiting(client: SSMClient, slot: PacedCall, onPage: () => void): Promise<ListedExecution[]> {
  const found = await allPages("executions", async (token) => {
    const command = new DescribeAutomationExecutionsCommand({
      Filters: [{ Key: "ExecutionStatus", Values: ["Waiting"] }],
      MaxResults: PAGE,
      ...token,
    });
    const page = await client.send(paced(command, slot), { abortSignal: slot.abort });
    onPage();
    return { items: page.AutomationExecutionMetadataList, next: page.NextToken };
  });
  return found.map(decodeListed).filter((item) => item !== null);
}

function listSteps(client: SSMClient, executionId: string, slot: PacedCall): Promise<StepExecution[]> {
  return allPages("steps", async (token) => {
    const command = new DescribeAutomationStepExecutionsCommand({
      AutomationExecutionId: executionId,
      MaxResults: PAGE,
      ...token,
    });
    const page = await client.send(paced(command, slot), { abortSignal: slot.abort });
    return { items: page.StepExecutions, next: page.NextToken };
  });
}

/** Reads every page of a list. Throws MalformedAnswerError for a list that does not end. */
async function allPages<Item>(
  name: string,
  read: (token: { NextToken?: string }) => Promise<{ items: Item[] | undefined; next: string | undefined }>,
): Promise<Item[]> {
  const all: Item[] = [];
  let token: string | undefined;
  for (let count = 0; count < MAX_PAGES; count++) {
    const { items, next } = await read(token === undefined ? {} : { NextToken: token });
    all.push(...decodePage(items));
    if (!next) return all;
    if (next === token) throw new MalformedAnswerError(`a page of the list of ${name} names itself as the next page`);
    token = next;
  }
  throw new MalformedAnswerError(`the list of ${name} does not end`);
}
