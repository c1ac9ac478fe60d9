import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { captureSubscriptions } from '../../src/tracking/capture/jobs.ts';
import { deliver } from '../support/deliver.ts';
import { contactOfUser, contactOfVisitor, openSite } from './site.ts';
import type { Site } from './site.ts';

describe('what somebody typed on a page', () => {
  let site: Site;

  beforeAll(async () => {
    site = await openSite();
  });
  afterAll(() => site.close());

  const typed = async (anonymousId: string, traits: object): Promise<void> => {
    await site.batch([{ type: 'identify', messageId: newId(), anonymousId, traits }]);
    await deliver(site.api.ctx, captureSubscriptions);
  };
  const contactRow = async (contactId: string) => {
    const [row] = await rows<{ kind: string; name: string; email: string | null; points: unknown }>(
      site.api.ctx.db,
      sql`select kind, name, email, (select jsonb_agg(jsonb_build_object('value', p.value, 'claimed', p.claimed) order by p.value)
        from contact_point p where p.contact_id = c.contact_id) as points
        from contact c where contact_id = ${contactId}::uuid`,
    );
    return row;
  };

  test('makes a person of a visitor nobody knew, with an address that recognises nobody yet', async () => {
    await typed('visitor-1', {
      email: 'Ana@Example.com',
      firstName: 'Ana',
      phone: '+351 912 345 678',
      plan: 'gold',
    });
    expect(await contactRow(await contactOfVisitor(site, 'visitor-1'))).toMatchObject({
      kind: 'person',
      name: 'Ana',
      email: 'ana@example.com',
      points: [
        { value: '+351912345678', claimed: true },
        { value: 'ana@example.com', claimed: true },
      ],
    });
    const found = await rows(
      site.api.ctx.db,
      sql`select 1 from contact_point_lookup where value = 'ana@example.com'`,
    );
    expect(found).toEqual([]);
  });

  test('changes nothing of a known contact: not of whose browser it is, not of whose address it is', async () => {
    await site.server([
      {
        type: 'identify',
        messageId: newId(),
        userId: 'ben',
        anonymousId: 'visitor-2',
        traits: { email: 'ben@example.com', name: 'Ben' },
      },
    ]);
    const ben = await contactOfUser(site, 'ben');
    const before = await contactRow(ben);
    await typed('visitor-2', { email: 'mallory@example.com', name: 'Mallory' });
    await typed('visitor-3', { email: 'ben@example.com', name: 'Somebody' });
    expect(await contactRow(ben)).toEqual(before);
    expect(await contactOfVisitor(site, 'visitor-3')).not.toBe(ben);
  });

  test('without an address it says nothing of anybody', async () => {
    await typed('visitor-4', { name: 'Only a name', email: 'not an address' });
    expect(await contactRow(await contactOfVisitor(site, 'visitor-4'))).toMatchObject({
      kind: 'visitor',
      name: '',
    });
  });

  test('many at once cost as many statements as one', async () => {
    const statements = async (n: number): Promise<number> => {
      const ids = Array.from({ length: n }, () => newId());
      await site.batch(
        ids.map((id) => ({
          type: 'identify',
          messageId: newId(),
          anonymousId: id,
          traits: { email: `${id}@many.example`, name: 'Many' },
        })),
      );
      let counted = 0;
      await deliver(
        site.api.ctx,
        captureSubscriptions.map((one) => ({
          ...one,
          handle: async (ctx, events) => {
            const db = new Proxy(ctx.db, {
              get: (target, name) => {
                if (['execute', 'insert', 'update', 'delete', 'select'].includes(String(name))) counted += 1;
                const value: unknown = Reflect.get(target, name);
                return typeof value === 'function' ? value.bind(target) : value;
              },
            });
            await one.handle({ ...ctx, db }, events);
          },
        })),
      );
      for (const id of ids)
        expect(await contactRow(await contactOfVisitor(site, id))).toMatchObject({ kind: 'person' });
      return counted;
    };
    expect(await statements(30)).toBe(await statements(1));
  });
});
