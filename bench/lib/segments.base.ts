import postgres from 'postgres';
import { ensureEmbedded, stopEmbedded } from '../../src/core/embedded.ts';
import { createLogger } from '../../src/core/logger.ts';
import { generateContacts } from '../data/contacts.ts';
import { generateFacts } from '../data/facts.ts';
import { openAt } from './installation.ts';

/**
 * An embedded server with bases of several sizes, one database each. The large one is the installation's own. A folder that was
 * filled before (BENCH_DATA) is used again: filling a million takes longer than everything measured on it.
 */
export type Bases = { urlOf(contacts: number): string; contacts: readonly number[] };

const READY = 'bench_base';

export async function openBases(dataDir: string, sizes: readonly number[]): Promise<Bases> {
  const log = createLogger('error');
  const { url } = await ensureEmbedded({ dataDir, log });
  const admin = postgres(url, { max: 1, onnotice: () => {} });
  // When a transaction was committed is the end of a way that begins in another process.
  const [traced] = await admin<
    { on: boolean }[]
  >`select current_setting('track_commit_timestamp') = 'on' as on`;
  if (traced?.on !== true) await admin`alter system set track_commit_timestamp = on`;
  const largest = Math.max(...sizes);
  const urlOf = (contacts: number): string => {
    if (contacts === largest) return url;
    const other = new URL(url);
    other.pathname = `/base_${contacts}`;
    return other.toString();
  };
  for (const contacts of sizes) {
    const name = new URL(urlOf(contacts)).pathname.slice(1);
    const [known] = await admin`select 1 from pg_database where datname = ${name}`;
    if (known === undefined) await admin.unsafe(`create database "${name}"`);
  }
  await admin.end();
  for (const contacts of sizes) await fill(urlOf(contacts), dataDir, contacts);
  if (traced?.on !== true) {
    await stopEmbedded(dataDir);
    await ensureEmbedded({ dataDir, log });
  }
  return { urlOf, contacts: sizes };
}

async function fill(url: string, dataDir: string, contacts: number): Promise<void> {
  const { close } = await openAt(url, dataDir);
  await close();
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const [ready] = await sql`select 1 from setting where name = ${READY}`;
    if (ready !== undefined) return;
    await generateContacts(sql, contacts);
    await generateFacts(sql, contacts, new Date());
    await sql`insert into setting (name, value, updated_at) values (${READY}, 'true', now())`;
  } finally {
    await sql.end();
  }
}
