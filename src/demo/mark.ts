import { sql } from '../core/sql.ts';
import { row, rows } from '../core/db.ts';
import type { Running } from '../roles.ts';
import type { DemoReport } from './report.ts';

/** The mark of a finished demo in its own database: what it reported. */

type App = Running['app'];

export async function readReport({ database }: App): Promise<DemoReport | null> {
  const [found] = await rows<{ value: DemoReport }>(
    database.db,
    sql`select value from setting where name = 'demo'`,
  );
  return found?.value ?? null;
}

export async function saveReport({ database }: App, report: DemoReport): Promise<void> {
  await database.db.execute(sql`
    insert into setting (name, value, updated_at) values ('demo', ${JSON.stringify(report)}::text::jsonb, now())
    on conflict (name) do update set value = excluded.value, updated_at = excluded.updated_at`);
}

/** A look at the table and not a question over HTTP: nobody has signed in yet. */
export async function hasContacts({ database }: App): Promise<boolean> {
  const { found } = await row<{ found: boolean }>(
    database.db,
    sql`select exists (select 1 from contact) as found`,
  );
  return found;
}
