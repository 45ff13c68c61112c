import type { BotStatus } from "../../../bot-supervisor.ts";
import type { AwsState, BusEvent } from "./aws-state.ts";
import { makeStore, useStore } from "./page-store.ts";
import type { SlackState } from "./slack-state.ts";
import type { ActiveFault, Side, WireCall } from "./wire-call.ts";

export interface Names {
  users: { id: string; name: string }[];
  channels: { id: string; name: string }[];
  user_groups: { id: string; name: string }[];
}

/** The state of the sandbox. The page adds nothing to it. */
export interface World {
  slack: SlackState | null;
  /** Names for mentions. Kept apart from `slack`, since they change much less often. */
  names: Names;
  aws: AwsState;
  /** The events of the bus, newest first. */
  events: BusEvent[];
  bot: BotStatus;
  faults: Record<Side, ActiveFault[]>;
  /** Newest first. */
  wire: WireCall[];
  /** The sandbox's clock minus the machine's, in milliseconds. */
  clockOffset: number;
  /** The AWS stand-in's address, for programs outside the page. */
  awsUrl: string;
  /** Whether the event stream is connected. */
  live: boolean;
}

export const world = makeStore<World>({
  slack: null,
  names: { users: [], channels: [], user_groups: [] },
  aws: { runbooks: [], executions: [] },
  events: [],
  bot: { running: false, pid: null, lastExit: null, starts: 0, lines: [] },
  faults: { slack: [], aws: [] },
  wire: [],
  clockOffset: 0,
  awsUrl: "",
  live: false,
});

export const useWorld = <S>(select: (state: World) => S): S => useStore(world, select);

/** For components below the root, which renders them only after the workspace has been read. */
export function useSlack<S>(select: (state: SlackState) => S): S {
  return useWorld(({ slack }) => {
    if (slack === null) throw new Error("The workspace has not been read yet.");
    return select(slack);
  });
}
