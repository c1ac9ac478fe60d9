import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mergeContacts, upsertContacts } from '../../src/contacts/index.ts';
import { rows } from '../../src/core/db.ts';
import { startImportApi } from '../support/imports.ts';
import type { ImportApi } from '../support/imports.ts';

let api: ImportApi;
beforeAll(async () => {
  api = await startImportApi();
});
afterAll(() => api.close());

test('an imported order of somebody who was merged lies with the survivor and keeps the node its buyer names', async () => {
  const [from, to] = await upsertContacts(
    api.ctx,
    ['101', '102'].map((id) => ({ externalIds: [{ namespace: 'user', id }] })),
  );
  const [old, survivor] = [from?.contactId ?? '', to?.contactId ?? ''];
  await mergeContacts(api.ctx, { from: old, to: survivor, reason: 'test' });
  const file = [
    'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country',
    'o-1,tea,Tea,1,2011-01-02 10:00:00,5,101,United Kingdom',
    'o-2,tea,Tea,1,2011-01-02 10:00:00,5,102,United Kingdom',
  ].join('\n');
  const done = await api.run('kind=order-lines&format=csv&preset=online-retail&name=x', file);
  expect(done).toMatchObject({ rowsCreated: 2, rowsFailed: 0 });
  for (const table of ['orders', 'sale_fact'])
    expect(
      await rows(
        api.ctx.db,
        sql`select contact_id as contact, origin_id as origin from ${sql.identifier(table)}
          order by origin_id = ${survivor}::uuid`,
      ),
    ).toEqual([
      { contact: survivor, origin: old },
      { contact: survivor, origin: survivor },
    ]);
});
