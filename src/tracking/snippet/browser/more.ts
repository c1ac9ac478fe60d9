import { startMessages } from './onsite.ts';
import type { Shared } from './otklik.ts';
import { subscribe } from './push.ts';

/** The second file: on-site messages and web push, loaded by the core when a page wants one of them. */

const shared = (window as unknown as { otklikMore: Shared }).otklikMore;
const wants: Record<string, (options?: object) => unknown> = {
  messages: () => startMessages(shared),
  push: (options) => subscribe(shared, options ?? {}),
};
const done = new Set<string>();

const run = ([name, options]: Shared['wanted'][number]): void => {
  if (name === 'messages' && done.has(name)) return;
  done.add(name);
  wants[name]?.(options as object | undefined);
};

for (const wanted of shared.wanted.splice(0)) run(wanted);
shared.wanted.push = (...all) => {
  for (const wanted of all) run(wanted);
  return 0;
};
