/** Ready-to-paste code for servers and other people's clients. Pure: addresses and keys come from outside. */

export const segmentNode = (
  origin: string,
  writeKey: string,
): string => `import { Analytics } from '@segment/analytics-node';

// On a server of yours put an API key with tracking:write here: what it says of orders and people is believed.
const analytics = new Analytics({ writeKey: '${writeKey}', host: '${origin}' });
analytics.track({ userId: '42', event: 'Product Viewed', properties: { product_id: 'SAMPLE-1' } });
await analytics.closeAndFlush();`;

export const segmentBrowser = (
  origin: string,
  writeKey: string,
): string => `import { AnalyticsBrowser } from '@segment/analytics-next';

const analytics = AnalyticsBrowser.load({ writeKey: '${writeKey}', cdnURL: '${origin}' });
analytics.page();
analytics.track('Product Viewed', { product_id: 'SAMPLE-1' });`;

export const proofNode = `import { createHmac } from 'node:crypto';

const userHash = createHmac('sha256', process.env.SOURCE_SECRET).update(String(userId)).digest('hex');`;

export const proofPhp = `<?php
$userHash = hash_hmac('sha256', (string) $userId, getenv('SOURCE_SECRET'));`;

export const proofPython = `import hashlib, hmac, os

user_hash = hmac.new(os.environ["SOURCE_SECRET"].encode(), str(user_id).encode(), hashlib.sha256).hexdigest()`;

export const proofUse = `otklik.identify('42', { name: 'Anna' }, { userHash: 'the hash your server wrote into the page' })`;
