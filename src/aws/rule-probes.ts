/** Calls that read the rules and buses of EventBridge. None of them changes anything or publishes an event. */
import {
  DescribeEventBusCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  ListRuleNamesByTargetCommand,
  ListRulesCommand,
  TestEventPatternCommand,
} from "@aws-sdk/client-eventbridge";
import type { AwsFailure } from "../app/ports/aws.ts";
import { describe, readFailure } from "./aws-failures.ts";
import { ownCredentials } from "./own-credentials.ts";
import { makeRequestHandler } from "./request-handler.ts";

/** Runs calls with a client of their own, and closes it. */
async function withClient<Result>(region: string, use: (client: EventBridgeClient) => Promise<Result>) {
  const client = new EventBridgeClient({ region, requestHandler: makeRequestHandler(), ...ownCredentials() });
  try {
    return await use(client);
  } finally {
    client.destroy();
  }
}

/** Reads all pages of a list. */
async function readPages<Page extends { NextToken?: string | undefined }, Item>(
  read: (token: { NextToken: string | undefined }) => Promise<Page>,
  toItems: (page: Page) => Item[] | undefined,
): Promise<Item[]> {
  const items: Item[] = [];
  let NextToken: string | undefined;
  do {
    const page = await read({ NextToken });
    items.push(...(toItems(page) ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return items;
}

/** Makes the probes of the rules in the Region of the queue, with the bot's own credentials. */
export function makeRuleProbes(region: string, abort: () => AbortSignal) {
  const options = () => ({ abortSignal: abort() });
  return {
    /** Lists the rules on every bus. `action`: the permission of the call that failed. */
    list: (queueArn: string) =>
      withClient(region, async (client) => {
        let action = "events:ListEventBuses";
        try {
          const buses = await readPages(
            (token) => client.send(new ListEventBusesCommand(token), options()),
            ({ EventBuses }) => EventBuses,
          );
          const rules = [];
          for (const { Name: bus = "" } of buses) {
            const on = { EventBusName: bus };
            action = "events:ListRuleNamesByTarget";
            const names = await readPages(
              (token) =>
                client.send(new ListRuleNamesByTargetCommand({ ...on, ...token, TargetArn: queueArn }), options()),
              ({ RuleNames }) => RuleNames,
            );
            action = "events:ListRules";
            const found = await readPages(
              (token) => client.send(new ListRulesCommand({ ...on, ...token }), options()),
              ({ Rules }) => Rules,
            );
            for (const { Name: name = "", EventPattern: pattern, State } of found)
              if (pattern !== undefined)
                rules.push({ name, bus, pattern, isEnabled: State !== "DISABLED", isToQueue: names.includes(name) });
          }
          // arn:aws:events:REGION:ACCOUNT:event-bus/NAME
          const account = buses[0]?.Arn?.split(":")[4] ?? "";
          return { kind: "rules" as const, account, rules };
        } catch (error) {
          return { ...readFailure(error), action };
        }
      }),

    /** Tells whether AWS matches an event, in JSON, with a pattern. */
    matches: (pattern: string, event: string): Promise<boolean | AwsFailure> =>
      withClient(region, async (client) => {
        try {
          const input = { EventPattern: pattern, Event: event };
          return (await client.send(new TestEventPatternCommand(input), options())).Result ?? false;
        } catch (error) {
          return readFailure(error);
        }
      }),
  };
}

/** Tells whether an event bus exists. */
export const findEventBus = (
  bus: { name: string; region: string },
  abort: AbortSignal,
): Promise<boolean | AwsFailure> =>
  withClient(bus.region, async (client) => {
    try {
      await client.send(new DescribeEventBusCommand({ Name: bus.name }), { abortSignal: abort });
      return true;
    } catch (error) {
      return describe(error).code === "ResourceNotFoundException" ? false : readFailure(error);
    }
  });
