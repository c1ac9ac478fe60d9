import { show } from './onsite.view.ts';
import type { Shared } from './otklik.ts';

/** Which on-site message is shown when, and what is remembered of it. */

export type OnsiteMessage = {
  id: string;
  kind: 'banner' | 'popup' | 'inline';
  title: string;
  body: string;
  linkText: string | null;
  linkUrl: string | null;
  /** Of an inline message: the `data-otklik-slot` it goes into. */
  slot: string | null;
  trigger: { on: 'load' | 'delay' | 'scroll' | 'exit' | 'event'; value: string | number | null };
  /** Showings at most. */
  cap: number;
  /** Percent of browsers that never show it. */
  control: number;
};
/** `held`: whether this browser is one of those; undecided until it would be shown for the first time. */
type Memory = { shown: number; closed: boolean; held?: boolean };

type Answer = { messages: OnsiteMessage[]; personal: boolean };

export const startMessages = (shared: Shared): void => {
  /** Ends what waits for its trigger on the page that was left. */
  let leavePage = new AbortController();
  const visible = new Map<string, () => void>();
  let armed: Array<{ event: string; open: () => void }> = [];

  const memoryOf = ({ id }: OnsiteMessage): Memory => {
    try {
      return JSON.parse(shared.read(`m${id}`) ?? '') as Memory;
    } catch {
      return { shown: 0, closed: false };
    }
  };
  const tell = (what: string, { id, kind, title }: OnsiteMessage, more: object = {}): void =>
    shared.track(`On-site Message ${what}`, { message_id: id, kind, title, ...more });

  const open = (message: OnsiteMessage): void => {
    const memory = memoryOf(message);
    // One of each kind at a time; the list is in the order of priority.
    if (memory.closed || memory.shown >= message.cap || visible.has(placeOf(message))) return;
    const remember = (change: Partial<Memory>): void =>
      shared.write(`m${message.id}`, JSON.stringify(Object.assign(memory, change)));
    if (memory.held === undefined && message.control > 0) {
      remember({ held: Math.random() * 100 < message.control });
      if (memory.held) tell('Held Back', message);
    }
    if (memory.held) return;
    const close = show(message, {
      closed: () => {
        visible.delete(placeOf(message));
        remember({ closed: true });
        tell('Closed', message);
      },
      clicked: () => {
        remember({ closed: true });
        tell('Clicked', message, { url: message.linkUrl });
      },
    });
    if (!close) return;
    visible.set(placeOf(message), close);
    remember({ shown: memory.shown + 1 });
    tell('Shown', message);
  };

  const load = async (): Promise<void> => {
    leavePage.abort();
    leavePage = new AbortController();
    for (const [place, close] of visible) {
      close();
      visible.delete(place);
    }
    armed = [];
    const { signal } = leavePage;
    const ask = async (more: Record<string, string>): Promise<Answer> => {
      const query = new URLSearchParams({ writeKey: shared.key ?? '', path: location.pathname, ...more });
      const answer = await fetch(`${shared.host}/v1/onsite?${query.toString()}`, {
        credentials: 'omit',
        signal,
      });
      return answer.ok ? ((await answer.json()) as Answer) : { messages: [], personal: false };
    };
    let { messages, personal } = await ask({});
    // Who is asking is told only where it matters.
    const anonymousId = personal ? shared.anonymousId() : null;
    if (anonymousId) ({ messages } = await ask({ anonymousId }));
    for (const message of messages) {
      const { on, value } = message.trigger;
      if (on === 'event') armed.push({ event: `${value}`, open: () => open(message) });
      else arm(message, signal, () => open(message));
    }
  };
  const reload = (): void => void load().catch(() => undefined);
  shared.hooks.push(({ type, event }) => {
    if (type === 'page') reload();
    for (const one of armed) if (one.event === event) one.open();
  });
  reload();
};

const placeOf = ({ kind, slot }: OnsiteMessage): string => `${kind} ${slot ?? ''}`;

/** Waits for the trigger, until the page is left. */
const arm = ({ trigger }: OnsiteMessage, signal: AbortSignal, open: () => void): void => {
  const { on, value } = trigger;
  const once = (): void => {
    if (!signal.aborted) open();
  };
  if (on === 'load') once();
  else if (on === 'delay') setTimeout(once, Number(value) * 1_000);
  else if (on === 'exit')
    document.documentElement.addEventListener('mouseleave', once, { once: true, signal });
  else
    addEventListener(
      'scroll',
      () => {
        const seen = (scrollY + innerHeight) / document.documentElement.scrollHeight;
        if (seen * 100 >= Number(value)) once();
      },
      { passive: true, signal },
    );
};
