import { useMemo } from "react";
import { type Block, Message as RenderedBlocks } from "slack-blocks-to-jsx";
import type { Json } from "../live/slack-state.ts";
import { useSlack, useWorld, world } from "../live/world.ts";
import { useChoices } from "../shell/page-state.ts";
import { guarded } from "./escape-blocks.ts";
import { hooksFor } from "./renderer-hooks.tsx";

/** Blocks without life in their buttons. */
export function StillBlocks({ blocks }: { blocks: Json[] }) {
  const theme = useChoices((state) => state.theme);
  const me = useChoices((state) => state.me);
  const tz = useSlack((state) => state.people.find((each) => each.id === me)?.tz ?? "Etc/UTC");
  const data = useWorld((state) => state.names);
  const safe = useMemo(() => guarded(blocks) as unknown as Block[], [blocks]);
  const hooks = useMemo(() => hooksFor({ tz, now: () => Date.now() + world.get().clockOffset }), [tz]);
  // The renderer reads hooks and names once: another reader is another rendering.
  return <RenderedBlocks key={tz} withoutWrapper name="" logo="" {...{ theme, data, hooks }} blocks={safe} />;
}
