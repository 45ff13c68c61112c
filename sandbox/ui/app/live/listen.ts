import { LOOKS, onlyLooks } from "../wire/filter.ts";
import type { BusEvent } from "./aws-state.ts";
import { control } from "./control.ts";
import { refreshAll, refreshAws, refreshAwsLater, refreshFaults, refreshSlack } from "./refresh.ts";
import type { BotStatus, Side, SidedEntry, WireEntry } from "./wire-entry.ts";
import { world } from "./world.ts";

/** How many calls the page keeps, and how many events. */
const KEPT = 400;
/** How many of the calls that only look: apart from the others, which they would else push out. */
const LOOKS_KEPT = 100;

const newestFirst = (a: SidedEntry, b: SidedEntry) => b.at - a.at || b.seq - a.seq;

function keep(side: Side, entries: WireEntry[]): void {
  const sided = entries.map((entry) => ({ ...entry, side }));
  world.set(({ wire }) => {
    const known = new Set(wire.filter((each) => each.side === side).map((each) => each.seq));
    const fresh = sided.filter((each) => !known.has(each.seq));
    const all = [...fresh, ...wire].sort(newestFirst);
    const looks = all.filter(onlyLooks).slice(0, LOOKS_KEPT);
    const others = all.filter((each) => !onlyLooks(each)).slice(0, KEPT);
    return { wire: [...looks, ...others].sort(newestFirst) };
  });
}

async function readWire(side: Side): Promise<void> {
  for (const which of [`last=${LOOKS_KEPT}`, `last=${KEPT / 2}&without=${LOOKS.join(",")}`]) {
    const { requests } = await control.get(side, `/requests?${which}`);
    keep(side, (requests ?? []) as WireEntry[]);
  }
}

/** The bus only grows: it is read once, and then each event comes by itself. */
async function readBus(): Promise<void> {
  const { events } = await control.get("aws", "/bus");
  world.set({ events: ((events ?? []) as BusEvent[]).slice(-KEPT).reverse() });
}

function onBusEvent(event: BusEvent): void {
  refreshAws();
  world.set(({ events }) => ({ events: [event, ...events].slice(0, KEPT) }));
}

function onRequest(side: Side, entry: WireEntry): void {
  keep(side, [entry]);
  if (entry.outcome.fault !== undefined) refreshFaults();
  if (side === "aws") (/^(Describe|Get|List)/.test(entry.operation) ? refreshAwsLater : refreshAws)();
}

function open(): EventSource {
  const source = new EventSource("/live");
  const on = (name: string, act: (data: string) => void) =>
    source.addEventListener(name, (event) => act((event as MessageEvent<string>).data));
  source.onopen = () => {
    world.set({ live: true });
    refreshAll();
    void readBus();
  };
  source.onerror = () => world.set({ live: false });
  on("bot", (data) => world.set({ bot: JSON.parse(data) as BotStatus }));
  on("slack-change", refreshSlack);
  on("aws-change", (data) => onBusEvent(JSON.parse(data) as BusEvent));
  on("slack-request", (data) => onRequest("slack", JSON.parse(data) as WireEntry));
  on("aws-request", (data) => onRequest("aws", JSON.parse(data) as WireEntry));
  return source;
}

/** Keeps the world up to date. A page that nobody sees gives its connection back: a browser has six for all its tabs. */
export function listen(): void {
  let source = open();
  document.addEventListener("visibilitychange", () => {
    source.close();
    if (document.visibilityState === "visible") source = open();
  });
  void control.get("slack", "/addresses").then(({ aws }) => world.set({ awsUrl: String(aws ?? "") }));
  void readWire("slack");
  void readWire("aws");
}
