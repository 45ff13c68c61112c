import fc from "fast-check";

/** Part of every hostile text, so that a test finds it in the output. */
export const MARK = "☠";

/** The only IDs that a message may mention; hostile texts name others. */
export const MENTIONABLE: ReadonlySet<string> = new Set(["U0JANE", "U0JOE", "W0GRID", "S0DBA", "S0SRE", "C0PROD"]);

const FRAGMENTS = [
  ...[
    "<!channel>",
    "<!here>",
    "<!everyone>",
    "<@U0EVIL>",
    "<!subteam^S0EVIL>",
    "<#C0EVIL>",
    "<https://evil.example|ok>",
  ],
  ...[
    "<!date^1^{date}|x>",
    "<script>",
    "&",
    "&amp;",
    "&lt;!channel&gt;",
    "<",
    ">",
    "|",
    "`",
    "``",
    "```",
    "*bold* ",
    "_i_",
  ],
  ...[
    "~s~",
    ":fire:",
    "> quote",
    "\n",
    "\r\n",
    "\n\n\n\n",
    "\t",
    "\0",
    "\u001b[31m",
    "\u202e",
    "\u2066",
    "\u2069",
    "\u061c",
  ],
  ...["\u200b", "\u200d", "\ufeff", "\u00ad", "\u2028", "\u{e0041}", "\u3164", "\ud800", "\udc00", "👩‍👩‍👧", "🇨🇭", "❤️"],
  ...["שלום", "مرحبا", "e\u0301\u0302\u0303\u0304\u0305\u0306\u0307", "中文", " ", "plain words ", '{"a":"b"}', MARK],
];

/** Text of up to `most` UTF-16 units, full of control sequences, markup and invisible characters. */
export function hostile(most: number): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...FRAGMENTS) },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 20 }) },
  );
  const length = fc.oneof(
    fc.integer({ min: 0, max: Math.min(most, 60) }),
    fc.integer({ min: 0, max: most }),
    fc.constant(most),
  );
  return fc.tuple(fc.array(piece, { maxLength: 8 }), length).map(([pieces, units]) => {
    const once = `${MARK}${pieces.join("")}`;
    return once.repeat(Math.ceil(units / once.length)).slice(0, units);
  });
}

export const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
export const time = fc.oneof(
  fc.integer({ min: 1_600_000_000_000, max: 1_900_000_000_000 }),
  fc.constantFrom(-1, 0, 1, 8.64e15, 9e15, Number.MAX_SAFE_INTEGER, Number.NaN, Number.POSITIVE_INFINITY),
);
export const userId = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom("U0JANE", "U0JOE", "W0GRID") },
  { weight: 1, arbitrary: hostile(80) },
);
export const groupId = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom("S0DBA", "S0SRE") },
  { weight: 1, arbitrary: hostile(80) },
);
export const count = fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 1_000_000 }));
export const arn = fc.oneof(
  fc.constantFrom(
    "arn:aws:iam::111122223333:user/ops/jane",
    "arn:aws:sts::111122223333:assumed-role/Deployer/run-7",
    "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/jane@example.com",
  ),
  hostile(300).map((text) => `arn:aws:iam::1:user/${text}`),
  hostile(2000),
);
