/** What people answer to be left alone, or to be written to again: the words operators ask every sender to know, and Russian ones. */

const STOP = new Set([
  'stop',
  'stopall',
  'unsubscribe',
  'cancel',
  'end',
  'quit',
  'optout',
  'стоп',
  'отписка',
  'отписаться',
  'отказ',
  'отмена',
]);
const START = new Set(['start', 'unstop', 'subscribe', 'старт', 'подписка', 'подписаться']);

/** The whole answer is the word, however it is written: somebody who tells a story about a bus stop wants nothing of us. Pure. */
export function wordOf(text: string): 'stop' | 'start' | null {
  const word = text.toLowerCase().replaceAll(/[^\p{L}]/gu, '');
  if (STOP.has(word)) return 'stop';
  return START.has(word) ? 'start' : null;
}
