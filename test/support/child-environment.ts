/** The variables of this process that a child process needs to run, without those that configure Countersign. */
export function childEnvironment(): Record<string, string | undefined> {
  // GLIBC_TUNABLES: `scripts/test.ts` sets it.
  const { PATH, HOME, NODE_COMPILE_CACHE, GLIBC_TUNABLES } = process.env;
  return { PATH, HOME, NODE_COMPILE_CACHE, GLIBC_TUNABLES };
}
