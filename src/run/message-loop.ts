import type { makeDeliver } from "../app/deliver.ts";
import type { Clock, Log, MessageRow, MessageStore } from "../app/ports.ts";
import { type Loop, startLoop } from "../ops/loop.ts";

/** Rows asked for at once, and how many of one channel are worked on before the rows are asked again. */
const ASKED = 500;
const PER_CHANNEL = 5;
const TICK_MS = 1_000;
/** After something unforeseen, the message rests this long. */
const BROKEN_MS = 10_000;

/** Delivers messages, each channel at its own pace: a channel that is slow, closed or limited holds up no other. */
export function startMessageLoop(options: {
  messages: MessageStore;
  deliver: ReturnType<typeof makeDeliver>;
  clock: Clock;
  log: Log;
}): Loop {
  const { messages, deliver, clock, log } = options;
  const busy = new Map<string, Promise<void>>();
  const heldUntil = new Map<string, number>();

  const drain = async (channelId: string, rows: readonly MessageRow[], abort: AbortSignal) => {
    for (const row of rows) {
      if (abort.aborted) return;
      try {
        const hold = await deliver(row, abort);
        if (hold > 0) {
          heldUntil.set(channelId, clock.now() + hold);
          return;
        }
      } catch (error) {
        log.error(
          { requestId: row.requestId, channelId, err: error },
          "delivering a message failed and will be tried again",
        );
        await messages
          .failed(row.id, "unexpected failure, see the log", clock.now() + BROKEN_MS)
          .catch(() => undefined);
      }
    }
  };

  const loop = startLoop({
    name: "messages",
    everyMs: TICK_MS,
    clock,
    log,
    round: async (abort) => {
      const now = clock.now();
      const byChannel = Map.groupBy(await messages.due(now, ASKED), (row) => row.channelId);
      for (const [channelId, rows] of byChannel) {
        if (busy.has(channelId) || (heldUntil.get(channelId) ?? 0) > now) continue;
        const work = drain(channelId, rows.slice(0, PER_CHANNEL), abort).finally(() => {
          busy.delete(channelId);
          loop.wake();
        });
        busy.set(channelId, work);
      }
      return undefined;
    },
  });

  return {
    wake: loop.wake,
    async stop() {
      await loop.stop();
      await Promise.all(busy.values());
    },
  };
}
