import { type FormEvent, type KeyboardEvent, useId, useState } from "react";
import { control, refusalText } from "../live/control-client.ts";
import type { Channel } from "../live/slack-state.ts";
import { useSlack } from "../live/world.ts";
import { toast } from "../shell/page-state.ts";
import { type Completion, findCompletions } from "./completions.ts";

/** Escapes typed text as Slack's client does, so that it contains no markup. */
const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** The input for messages and slash commands. */
export function Composer({ me, channel, thread }: { me: string; channel: Channel; thread?: string }) {
  const [line, setLine] = useState("");
  const [chosen, setChosen] = useState(0);
  const [closed, setClosed] = useState(false);
  const commands = useSlack((state) => state.app.commands);
  const options = closed || thread !== undefined ? [] : findCompletions(line, commands);
  const list = useId();

  const edit = (text: string) => {
    setLine(text);
    setChosen(0);
    setClosed(false);
  };

  const send = async (event?: FormEvent) => {
    event?.preventDefault();
    const text = line.trim();
    if (text === "") return;
    edit("");
    const reply = text.startsWith("/")
      ? await control.post("slack", "/command", { user: me, channel: channel.id, text })
      : await control.post("slack", "/post", {
          user: me,
          channel: channel.id,
          text: escaped(text),
          ...(thread === undefined ? {} : { thread_ts: thread }),
        });
    const refusal = refusalText(reply);
    if (refusal !== undefined) toast(refusal);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const option = options[chosen];
    if (option === undefined) return;
    const steps: Record<string, () => void> = {
      ArrowDown: () => setChosen((chosen + 1) % options.length),
      ArrowUp: () => setChosen((chosen + options.length - 1) % options.length),
      Tab: () => edit(option.line),
      Enter: () => edit(option.line),
      Escape: () => setClosed(true),
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    step();
  };

  return (
    <form className="composer" onSubmit={(event) => void send(event)}>
      {options.length > 0 ? <Options id={list} options={options} chosen={chosen} choose={edit} /> : null}
      <input
        type="text"
        role="combobox"
        aria-label={thread === undefined ? `Message #${channel.name}, or type a /command` : "Reply"}
        aria-autocomplete="list"
        aria-expanded={options.length > 0}
        aria-controls={list}
        aria-activedescendant={options.length > 0 ? `${list}-${chosen}` : undefined}
        placeholder={thread === undefined ? "Type a message, or / for commands" : "Reply"}
        autoComplete="off"
        value={line}
        onChange={(event) => edit(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <button type="submit" className="primary" disabled={line.trim() === ""}>
        Send
      </button>
    </form>
  );
}

function Options(props: { id: string; options: Completion[]; chosen: number; choose: (line: string) => void }) {
  return (
    <div id={props.id} role="listbox" aria-label="Commands" className="completions">
      {props.options.map((each, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox handles the keys
        // biome-ignore lint/a11y/useFocusableInteractive: the combobox keeps the focus and refers to the active option
        <div
          key={each.line}
          id={`${props.id}-${index}`}
          role="option"
          aria-selected={index === props.chosen}
          onClick={() => props.choose(each.line)}
        >
          <code>{each.line}</code> <span>{each.description}</span>
        </div>
      ))}
    </div>
  );
}
