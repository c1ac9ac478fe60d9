import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rows } from '../../src/core/db.ts';
import { post } from '../../src/loyalty/ledger/actions.post.ts';
import { openCode } from '../../src/loyalty/programs/actions.lookup.ts';
import { registerModules, routes } from '../../src/modules.ts';
import { upsertProducts } from '../../src/orders/actions.catalogue.ts';
import { productInput } from '../../src/orders/contract.ts';
import { startApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { campaign } from '../loyalty/coupons/world.ts';
import { people, sums } from '../loyalty/ledger/world.ts';
import { program } from '../loyalty/sales/world.ts';
import { blocksOf, filled } from './blocks.ts';
import type { Block } from './blocks.ts';

/** The examples of the guide for shops and tills, run in its order against the running program. */

const GUIDE = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'loyalty.md'), 'utf8');
const MAX_LINES = 280;
const BLOCKS = blocksOf(GUIDE);
const HOUR_MS = 3_600_000;

const exec = promisify(execFile);

let api: TestApi;
const values: Record<string, string> = {};
beforeAll(async () => {
  registerModules();
  api = await startApi({ routes });
  const { ctx } = api;
  await upsertProducts(ctx, [productInput.parse({ externalId: 'mug', price: '12.50', currency: 'GBP' })]);
  await campaign(ctx, { codeKind: 'generic', code: 'SPRING', pattern: undefined });
  const till = await api.key({ name: 'till', scopes: ['loyalty:sell'] });
  const office = await api.key({ name: 'office', scopes: ['loyalty:write', 'contacts:read'] });
  const [child] = await people(ctx, 1);
  const shop = await api.key({ name: 'shop', scopes: ['loyalty:sell', 'loyalty:vouch', 'contacts:write'] });
  Object.assign(values, {
    OTKLIK: api.url,
    PROGRAM_ID: await program(ctx),
    TILL_KEY: till.key,
    SHOP_KEY: shop.key,
    OFFICE_KEY: office.key,
    CHILD_ID: child ?? '',
    AN_HOUR_AGO: new Date(ctx.clock.now().getTime() - HOUR_MS).toISOString(),
  });
});
afterAll(() => api.close());

type Out = Record<string, string>;

/** What a block teaches for those behind it. */
const LEARN: Readonly<Record<string, (out: Out) => Record<string, string | undefined> | Promise<Out>>> = {
  contact: ({ id }) => ({ CONTACT_ID: id }),
  enrol: async (out) => {
    const { CONTACT_ID: contactId = '', PROGRAM_ID: programId = '' } = values;
    const start = { key: 'start', points: 500n, pending: 'none' as const };
    await post(api.ctx, [{ kind: 'accrue', contactId, programId, ...start }]);
    return { CARD: out['cardNumber'] ?? '', QR: out['qr'] ?? '' };
  },
  ask: async ({ lookupId = '' }) => {
    const [event] = await rows<{ sealed: string }>(
      api.ctx.db,
      sql`select payload->>'sealed' as sealed from outbox where topic = 'member.code_issued' and payload->>'codeId' = ${lookupId}`,
    );
    return { LOOKUP_ID: lookupId, CODE: openCode(api.ctx, event?.sealed ?? '') ?? '' };
  },
  quote: ({ fingerprint }) => ({ FINGERPRINT: fingerprint }),
  reserve: ({ id }) => ({ SALE_ID: id }),
};

async function run({ code }: Block): Promise<string> {
  const { stdout } = await exec('bash', ['--norc', '-euc', code], {
    env: { PATH: process.env['PATH'], ...values },
  });
  return stdout;
}

describe('the examples of the guide for shops and tills', () => {
  test('are few lines, and all are run', () => {
    expect(BLOCKS.map(({ how }) => how)).toEqual(BLOCKS.map(() => 'run'));
    expect(GUIDE.trimEnd().split('\n').length).toBeLessThanOrEqual(MAX_LINES);
  });

  for (const block of BLOCKS)
    test(block.name, async () => {
      const out = await run(block);
      if (block.name === 'offline') {
        const [first, second] = out
          .trim()
          .split('\n')
          .map((line): unknown => JSON.parse(line));
        expect(second).toEqual(first);
        expect(first).toMatchObject({ state: 'committed', contactId: null });
        return;
      }
      const answer: unknown = JSON.parse(out);
      Object.assign(values, await LEARN[block.name]?.(answer as Out));
      expect(answer).toMatchObject(JSON.parse(filled(JSON.stringify(block.answer), values)));
    });

  test('leave the member with what the guide says: 200 spent, half of it back, and the till was told no name', async () => {
    expect(await sums(api.ctx, values['CONTACT_ID'] ?? '')).toMatchObject({ available: 400, held: 0 });
  });

  test('name only errors there are', () => {
    const known = knownCodes();
    const table = GUIDE.slice(GUIDE.indexOf('## Errors'));
    const named = [...table.matchAll(/^\| (`[^|]*)\|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([a-z_]+)`/g)].map(([, code = '']) => code),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((code) => !known.includes(code))).toEqual([]);
  });
});

const sourcesOf = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));

/** Codes as the sources write them. */
function knownCodes(): string[] {
  const files = [
    'loyalty/sales',
    'loyalty/ledger',
    'loyalty/programs',
    'loyalty/coupons',
    'loyalty/pricing',
    'loyalty/rewards',
    'api',
    'core',
    'contacts',
    'orders',
    'people',
  ];
  const texts = files.flatMap((folder) => sourcesOf(join(import.meta.dirname, '..', '..', 'src', folder)));
  return [
    ...new Set(texts.flatMap((text) => [...text.matchAll(/'([a-z_]+)'/g)].map(([, code = '']) => code))),
  ].concat(
    // notFound(what) makes them.
    ['member_not_found', 'contact_not_found', 'sale_not_found', 'receipt_not_found'],
  );
}
