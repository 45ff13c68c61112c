/** Source: processor time of each process, next to the figures. */
const DECISION =
  "One decision costs the bot 56 ms of processor time with SQLite, until its request is closed and published. About half of it comes before the signal. So one process sends about 30 signals a second while other work mostly waits, and makes about 18 complete decisions a second.";

/** The causes of figures that miss their goals. They are kept apart from the results: a new cause needs no new measurement. */
const CAUSES: [figure: RegExp, cause: string][] = [
  [
    /^click to signal, p50, (?:no delay|80\/40 ms)/,
    "A trace of single clicks shows about 40 statements and three commits before the signal: the click, the vote with the decision, and the attempt. They take about 10 ms, of which the commits take 3 ms. The minimal bot stores nothing. The three commits are what survives a crash. With 30 ms between clicks, the bot still reads and updates the request of the click before. With half a second between clicks, a click takes 27 ms instead of 52 ms, so that work costs about 25 ms.",
  ],
  [
    /^click to signal, p99, 50 clicks per second$/,
    `${DECISION} Clicks that arrive faster wait. The stand-ins and the clicks run on the same two processors.`,
  ],
  [
    /^click to ack, p99, 50 clicks per second$/,
    `${DECISION} A click is acknowledged by the same process, which runs one piece of work at a time. With SQLite, each commit also stops the process until the disk has written.`,
  ],
  [
    /^longest query/,
    "The longest query read a page of 50 waiting requests with all columns. Since this measurement, such a page has 20 requests. The longest other statement is a commit, which waits for the disk.",
  ],
  [
    /^memory with \d+ open requests$/,
    "Before anyone asks, the process has 196 MB. An answer that lists waiting requests reads up to 5,000 of them, and keeps only the facts that select and order them.",
  ],
  [
    /^1,000 targets/,
    "A target keeps about 60 kB, which is mostly an AWS client with its credentials. The bot lets the heap grow to 1.2 times the memory in use.",
  ],
  [
    /requests for one channel: digest$/,
    "The first two messages use the slots that Slack allows at once, so the digest waits a second for the next slot. Before that, the bot lists the executions, 50 to a page, and reads more than 20 of them.",
  ],
  [
    /^sustained decisions, PostgreSQL/,
    "Both processors of the machine are busy. One complete decision costs 148 ms of processor time with one replica: the bot 73 ms, the stand-ins 13 ms, and PostgreSQL, the clicks and all else 62 ms. A second replica shares the same two processors. A profile of commit e340dfee shows about 104 statements in 7 transactions for a decision. Writing them to the socket took 17 % of the bot's time, building them 14 %. Named prepared statements cost PostgreSQL about half as much time. The bot does not use them, because a connection pooler in front of PostgreSQL may not support them.",
  ],
];

/** Returns why a figure misses its goal; null if no cause is known. */
export const findCause = (figure: string): string | null => CAUSES.find(([name]) => name.test(figure))?.[1] ?? null;
