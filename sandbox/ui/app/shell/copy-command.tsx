import { toast } from "./page-state.ts";
import { Verbatim } from "./verbatim.tsx";

/** A line for a terminal, and a button that copies it. */
export function CopyCommand({ line, label }: { line: string; label: string }) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(line);
      toast("Copied.");
    } catch {
      toast("The browser does not let the page copy. Select the text and copy it.");
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
