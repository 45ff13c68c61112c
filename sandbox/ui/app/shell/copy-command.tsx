import { toast } from "./page-state.ts";
import { Verbatim } from "./verbatim.tsx";

/** A command for a terminal, with a button that copies it. */
export function CopyCommand({ line, label }: { line: string; label: string }) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(line);
      toast("Copied.");
    } catch {
      toast("The browser blocked the copy. Select the text and copy it yourself.");
    }
  };
  return (
    <div className="copy-line">
      <Verbatim label={label}>{line}</Verbatim>
      <button type="button" aria-label={`Copy: ${label}`} onClick={() => void copy()}>
        Copy
      </button>
    </div>
  );
}
