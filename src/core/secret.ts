import { sql } from './sql.ts';
import type { Config } from './config.ts';
import { row } from './db.ts';
import type { Db } from './db.ts';
import { newToken } from './ids.ts';

/** 48 bytes: more than any key derived from it needs. */
const SECRET_BYTES = 48;

/**
 * The installation's secret, from which all signing keys are derived: OTKLIK_SECRET, or one made at the first start and kept
 * in the database, so that every server of the installation signs alike. Setting it keeps it out of database dumps.
 */
export async function installationSecret(config: Config, db: Db): Promise<string> {
  if (config.secret !== undefined) return config.secret;
  const made = JSON.stringify(newToken(SECRET_BYTES));
  await db.execute(sql`
    insert into setting (name, value, updated_at) values ('secret', ${made}::text::jsonb, now()) on conflict do nothing`);
  const stored = await row<{ secret: string }>(
    db,
    sql`select value #>> '{}' as secret from setting where name = 'secret'`,
  );
  return stored.secret;
}
