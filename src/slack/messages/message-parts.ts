/** The maximum of each part of a request's message. Together with the fixed parts, they stay below its budget. */
export const MESSAGE_PARTS = {
  words: { longest: 2200, lines: 30 },
  closing: { line: 48, target: 20 },
  parameters: { room: 3000, most: 12, longest: 600, rest: "; Details shows the others" },
  evidence: { room: 2000, most: 6, longest: 900, lines: 8 },
  reasons: { room: 1200, most: 5 },
} as const;
