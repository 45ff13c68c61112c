import type { BusEvent } from "./aws-state.ts";
import { control } from "./control-client.ts";
import { world } from "./world.ts";

const MAX_EVENTS = 400;

/** The current or latest read of the bus. */
let reading: Promise<void> = Promise.resolve();

/** Reads all events of the bus. Later ones arrive one by one through `addEvent`. */
export function readBus(): void {
  reading = replaceEvents();
}

async function replaceEvents(): Promise<void> {
  const reply = await control.get("aws", "/bus");
  if (reply.ok === false) return;
  world.set({ events: (reply.events as BusEvent[]).slice(-MAX_EVENTS).reverse() });
}

/** Adds a new event after the current read, which may already contain it. */
export async function addEvent(event: BusEvent): Promise<void> {
  await reading;
  if (world.get().events.some((each) => each.id === event.id)) return;
  world.set(({ events }) => ({ events: [event, ...events].slice(0, MAX_EVENTS) }));
}
