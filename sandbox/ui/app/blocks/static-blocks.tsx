import { useMemo } from "react";
import { type Block, Message as RenderedBlocks } from "slack-blocks-to-jsx";
import type { Json } from "../live/slack-state.ts";
import { useSlack, useWorld, world } from "../live/world.ts";
import { usePageState } from "../shell/page-state.ts";
import { escapeBlocks } from "./escape-blocks.ts";
import { makeRendererHooks } from "./renderer-hooks.tsx";

/** Renders blocks whose buttons do nothing. */
export function StaticBlocks({ blocks }: { blocks: Json[] }) {
  const theme = usePageState((state) => state.theme);
  const me = usePageState((state) => state.actorId);
  const tz = useSlack((state) => state.people.find((each) => each.id === me)?.tz ?? "Etc/UTC");
  const data = useWorld((state) => state.names);
  const safe = useMemo(() => escapeBlocks(blocks) as unknown as Block[], [blocks]);
  const hooks = useMemo(() => makeRendererHooks({ tz, now: () => Date.now() + world.get().clockOffset }), [tz]);
  // The renderer reads its hooks only once, so another time zone needs another instance.
  return <RenderedBlocks key={tz} withoutWrapper name="" logo="" {...{ theme, data, hooks }} blocks={safe} />;
}
