import { createInterface } from "node:readline/promises";
import { type Readable, Writable } from "node:stream";

export interface Prompt {
  /** Asks a question; the answer is trimmed. */
  ask(question: string): Promise<string>;
  /** Asks for a secret, which the terminal does not show. */
  askSecret(question: string): Promise<string>;
  say(text: string): void;
  close(): void;
}

/** Makes a prompt on a terminal. */
export function makePrompt(input: Readable, output: Writable): Prompt {
  let isMuted = false;
  // The reader of lines echoes what is typed through this stream.
  const echo = new Writable({
    write(chunk, _, done) {
      if (!isMuted) output.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input, output: echo, terminal: true, historySize: 0 });
  // End of input, such as Ctrl+C: nothing was written yet.
  const ended = new Promise<never>((_, reject) => lines.once("close", () => reject(new InputEndedError())));
  ended.catch(() => undefined);
  return {
    ask: async (question) => (await Promise.race([lines.question(`${question} `), ended])).trim(),
    async askSecret(question) {
      output.write(`${question} `);
      isMuted = true;
      try {
        return (await Promise.race([lines.question(""), ended])).trim();
      } finally {
        isMuted = false;
        output.write("\n");
      }
    },
    say: (text) => void output.write(`${text}\n`),
    close: () => lines.close(),
  };
}

/** The person ended the input. */
export class InputEndedError extends Error {
  override readonly name = "InputEnded";
}
