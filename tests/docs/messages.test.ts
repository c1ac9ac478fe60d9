import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askMessages } from '../../src/campaigns/asked/actions.ts';
import { askInput } from '../../src/campaigns/asked/contract.ts';
import { sendDue } from '../../src/campaigns/actions.loop.ts';
import { openOutbox } from '../../src/campaigns/channels/outbox.ts';
import { eraseContacts } from '../../src/contacts/index.ts';
import { row, rows } from '../../src/core/db.ts';
import { registerModules, routes } from '../../src/modules.ts';
import { startApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { blocksOf, filled } from './blocks.ts';

/** The examples of the guide to messages, run in its order against the running program. */

const GUIDE = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'messages.md'), 'utf8');
const BLOCKS = blocksOf(GUIDE);
const exec = promisify(execFile);

let api: TestApi;
const values: Record<string, string> = {};
beforeAll(async () => {
  registerModules();
  api = await startApi({ routes });
  const scopes = ['messages:send', 'campaigns:write', 'contacts:write'] as const;
  const { key } = await api.key({ name: 'shop', scopes: [...scopes] });
  Object.assign(values, { OTKLIK: api.url, SHOP_KEY: key });
});
afterAll(() => api.close());

describe('the examples of the guide to messages', () => {
  for (const { name, code, answer } of BLOCKS)
    test(name, async () => {
      const env = { PATH: process.env['PATH'], ...values };
      const { stdout } = await exec('bash', ['--norc', '-euc', code], { env });
      const out = JSON.parse(stdout) as Record<string, string>;
      if (name === 'ask')
        Object.assign(values, { MESSAGE_ID: out['id'] ?? '', CONTACT_ID: out['contactId'] ?? '' });
      expect(out).toMatchObject(JSON.parse(filled(JSON.stringify(answer), values)));
    });

  test('a key without the right is refused, another body under a used key too', async () => {
    const post = async (key: string, total: string) => {
      const body = {
        key: 'receipt 1001',
        template: 'receipt',
        contact: { id: values['CONTACT_ID'] },
        data: { number: '1001', total },
      };
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
      const answer = await fetch(`${api.url}/api/messages`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      return [answer.status, ((await answer.json()) as { code?: string }).code];
    };
    const { key: other } = await api.key({ name: 'other', scopes: ['campaigns:write'] });
    expect((await post(other, '£41.00'))[0]).toBe(403);
    expect(await post(values['SHOP_KEY'] ?? '', '£99.00')).toEqual([409, 'key_reused']);
    expect((await post(values['SHOP_KEY'] ?? '', '£41.00'))[0]).toBe(202);
  });

  test('who is erased while a message waits gets none, and no trace of the message stays', async () => {
    const { ctx } = api;
    const input = askInput.parse({
      key: 'late',
      template: 'receipt',
      contact: { email: 'gone@example.com' },
      data: { number: '7', total: '1' },
    });
    const [asked] = await askMessages(ctx, Array.isArray(input) ? input : [input], false);
    await eraseContacts(ctx, [asked?.contactId ?? '']);
    const folder = join(ctx.config.dataDir ?? '', 'outbox-of-test');
    await sendDue(ctx, openOutbox(folder), new AbortController().signal);
    const sent = await rows<{ address: string }>(
      ctx.db,
      sql`select address from message where state = 'sent'`,
    );
    expect(sent.map(({ address }) => address)).not.toContain('gone@example.com');
    expect(
      await row(ctx.db, sql`select count(*)::int as count from message_request where key = 'late'`),
    ).toEqual({ count: 0 });
  });
});
