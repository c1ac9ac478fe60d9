import { expect, test } from 'vitest';
import { normalise } from '../../src/tracking/normalise.ts';
import { rawOf } from '../../src/tracking/submission.ts';
import { track } from './site.ts';

const NOW = new Date('2026-03-01T10:00:00Z');
const bag = { email: 'ana@example.com', plan: 'gold', nested: { a: [1, null] } };

test.each([
  track('Tea Brewed', { properties: bag }),
  track('', { type: 'page', name: 'Home', properties: bag }),
  track('', { type: 'screen', properties: { ...bag, name: 'Cart' } }),
  track('', { type: 'identify', userId: 'u-1', traits: bag }),
  track('', { type: 'group', groupId: 'acme', traits: bag }),
  track('', { type: 'alias', previousId: 'before', userId: 'u-1', properties: bag }),
])('an event that is set aside says the same when it is replayed ($type)', (sent) => {
  const first = normalise({ ...sent, context: { locale: 'en' } }, NOW);
  if (!first.ok) throw new Error(first.reason);
  const again = normalise(JSON.parse(rawOf(first.event)), NOW);
  expect(again).toEqual(first);
});
