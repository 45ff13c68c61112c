import { startSqlJournal } from "./sql-journal.ts";

/** Runs a look at the store. Returns its statements, and how often the process did something else in the meantime. */
export async function observeLook<Found>(look: () => Promise<Found>) {
  let [turns, isOver] = [0, false];
  const turn = () => {
    turns += 1;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  const journal = startSqlJournal();
  try {
    const found = await look();
    isOver = true;
    journal.mark("end");
    return { found, entries: journal.until("end").from(""), turns };
  } finally {
    isOver = true;
    journal.stop();
  }
}
