import type { BusEvent } from "./aws-state.ts";
import { control } from "./control-client.ts";
import { world } from "./world.ts";

/** How many events the page keeps. */
const MAX_EVENTS = 400;

/** The reading of the bus that is under way, or was last. */
let reading: Promise<void> = Promise.resolve();

/** Reads the bus as a whole; after that each event comes by itself. */
export function readBus(): void {
  reading = replaceEvents();
}

async function replaceEvents(): Promise<void> {
  const answer = await control.get("aws", "/bus");
  if (answer.ok === false) return;
  world.set({ events: (answer.events as BusEvent[]).slice(-MAX_EVENTS).reverse() });
}

/** Adds an event that was told of, once the bus has been read; that may have brought it already. */
export async function addEvent(event: BusEvent): Promise<void> {
  await reading;
  if (world.get().events.some((each) => each.id === event.id)) return;
  world.set(({ events }) => ({ events: [event, ...events].slice(0, MAX_EVENTS) }));
}
