/** Functions that run in the browser and measure the work of the page, not its duration. */

/** Makes the browser report an outdated change before the current one, as a busy browser does. */
export function reportSeveralChangesAtOnce(): void {
  globalThis.IntersectionObserver = class extends IntersectionObserver {
    constructor(callback: IntersectionObserverCallback, options?: IntersectionObserverInit) {
      const before = { isIntersecting: false } as IntersectionObserverEntry;
      super((changes, self) => callback([before, ...changes], self), options);
    }
  };
}

/** Counts the times of day that the page formats: each rendering of a message formats its own. */
export function countFormattedTimes(): void {
  const counted = globalThis as unknown as { formattedTimes: number };
  counted.formattedTimes = 0;
  Intl.DateTimeFormat = new Proxy(Intl.DateTimeFormat, {
    construct(target, given: ConstructorParameters<typeof Intl.DateTimeFormat>) {
      counted.formattedTimes++;
      return new target(...given);
    },
  });
}

/** Scrolls a list of 500 messages to its oldest one. Returns the messages and formatted times that this renders. */
export async function scrollToTop(box: Element) {
  const counted = globalThis as unknown as { formattedTimes: number };
  const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
  const countArticles = (nodes: NodeList) => [...nodes].filter((each) => each.nodeName === "ARTICLE").length;
  const batches: number[] = [];
  let removed = 0;
  const observer = new MutationObserver((changes) => {
    batches.push(changes.reduce((sum, { addedNodes }) => sum + countArticles(addedNodes), 0));
    removed += changes.reduce((sum, { removedNodes }) => sum + countArticles(removedNodes), 0);
  });
  observer.observe(box, { childList: true });
  const before = counted.formattedTimes;
  let frames = 0;
  while (box.querySelectorAll("article").length < 500 || box.scrollTop > 0) {
    box.scrollTop -= 400;
    await frame();
    if (++frames > 3000) break;
  }
  await frame();
  observer.disconnect();
  const rendered = box.querySelectorAll("article").length;
  return { rendered, batches, removed, formattedTimes: counted.formattedTimes - before };
}
