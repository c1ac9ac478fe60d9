/** Looks this often; what is waited for takes milliseconds. */
const LOOK_MS = 10;
/** Far beyond what a busy machine needs; only a failing test waits for so long. */
const DEADLINE_MS = 60_000;

/** Waits until `look` gives something other than false, null or undefined, and returns it. Throws after the deadline. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    const found = await look();
    if (found !== false && found !== null && found !== undefined) {
      return found as Exclude<T, false | null | undefined>;
    }
    if (performance.now() > deadline) throw new Error(`waited ${DEADLINE_MS / 1000} s in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
