/**
 * Options of an lru-cache that keeps this many entries. Its option `max` would allocate them in advance, and each of a
 * thousand targets has several caches.
 */
export const boundedTo = (entries: number) => ({ maxSize: entries, sizeCalculation: () => 1 });
