import type { BotStatus } from "../../../bot-supervisor.ts";
import type { JournalEntry } from "../../../wire/journal.ts";
import type { BusEvent } from "./aws-state.ts";
import { addEvent, readBus } from "./bus-events.ts";
import { control } from "./control-client.ts";
import { addCall, readJournal } from "./journals.ts";
import { refreshAll, refreshAws, refreshAwsLater, refreshFaults, refreshSlack } from "./refresh.ts";
import type { Side } from "./wire-call.ts";
import { world } from "./world.ts";

function onBusEvent(event: BusEvent): void {
  refreshAws();
  void addEvent(event);
}

function onRequest(side: Side, entry: JournalEntry): void {
  void addCall(side, entry);
  if (entry.outcome.fault !== undefined) refreshFaults();
  if (side === "aws") (/^(Describe|Get|List)/.test(entry.operation) ? refreshAwsLater : refreshAws)();
}

/** A page or a program used the control API of a stand-in. */
function onControl(side: Side, what: string): void {
  refreshAll();
  if (what === "faults" || what === "clock") return;
  readJournal(side);
  if (side === "aws") readBus();
}

/** Reads everything: events that were sent while no connection was open are lost. */
function readAll(): void {
  refreshAll();
  readBus();
  readJournal("slack");
  readJournal("aws");
  void control.get("slack", "/addresses").then(({ aws }) => world.set({ awsUrl: String(aws ?? "") }));
}

function open(): EventSource {
  const source = new EventSource("/live");
  const on = (name: string, act: (data: string) => void) =>
    source.addEventListener(name, (event) => act((event as MessageEvent<string>).data));
  source.onopen = () => {
    world.set({ live: true });
    readAll();
  };
  source.onerror = () => world.set({ live: false });
  on("bot", (data) => world.set({ bot: JSON.parse(data) as BotStatus }));
  on("slack-change", refreshSlack);
  on("aws-change", (data) => onBusEvent(JSON.parse(data) as BusEvent));
  for (const side of ["slack", "aws"] as const) {
    on(`${side}-request`, (data) => onRequest(side, JSON.parse(data) as JournalEntry));
    on(`${side}-control`, (data) => onControl(side, (JSON.parse(data) as { what: string }).what));
  }
  return source;
}

/** Keeps `world` up to date. A hidden tab closes its stream, since a browser opens only six connections per host. */
export function listen(): void {
  let source = open();
  document.addEventListener("visibilitychange", () => {
    source.close();
    if (document.visibilityState === "visible") source = open();
  });
}
