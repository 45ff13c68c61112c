/** The causes of figures that miss their goals. They are kept apart from the results: a new cause needs no new measurement. */
const DECISION =
  "One decision costs the bot about 50 ms of processor time, so one process makes about 20 decisions a second. A profile with PostgreSQL shows 105 statements in 8 transactions for each decision: 37 % of the time sends statements, 12 % builds them, and 10 % is the bot's own code.";

const CAUSES: [figure: RegExp, cause: string][] = [
  [
    /^click to signal, p50, (?:no delay|80\/40 ms)$/,
    "The bot stores the click, the decision and the attempt in three commits before the signal. The minimal bot stores nothing. Other work on the machine is a part of the figure: with Slack's limits, the same clicks took less time. Not profiled.",
  ],
  [
    /^click to signal, p99, 50 clicks per second$/,
    `${DECISION} Clicks that arrive faster wait for their turn. The stand-ins and the clicks run on the same two processors. A target also sends only four signals at a time.`,
  ],
  [
    /^click to ack, p99, 50 clicks per second$/,
    `${DECISION} A click is acknowledged by the same process, which runs one piece of work at a time. With SQLite, each commit also stops the process until the disk has written.`,
  ],
  [
    /^click to signal, p50, with \d+ open requests$/,
    "Probably the reads in the background: the bot read each waiting execution about every five minutes, 33 of them a second. Since commit 38a66acc, it reads about five a second. The figure was not measured again since, and it was not profiled.",
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
    "Both processors of the machine are busy. One decision costs 200 ms of processor time: the bot 103 ms, PostgreSQL 64 ms, the stand-ins 21 ms and the clicks 11 ms. A second replica shares the same two processors. The bot sends about 104 statements in 7 transactions for a decision. Writing them to the socket takes 17 % of its time, building them 14 %. With named prepared statements, PostgreSQL needs 36 ms and the rate is 11 a second. The bot does not use them, because a connection pooler in front of PostgreSQL may not support them.",
  ],
  [/^soak/, "The run is older than the limit of the heap (commit 741cc4dc). Open files did not grow. Not profiled."],
];

/** Returns why a figure misses its goal; null if no cause is known. */
export const findCause = (figure: string): string | null => CAUSES.find(([name]) => name.test(figure))?.[1] ?? null;
