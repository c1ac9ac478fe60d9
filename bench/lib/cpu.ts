import { readdir, readFile } from 'node:fs/promises';
import type postgres from 'postgres';
import type { Product } from './product.ts';

/** Clock ticks a second of Linux. */
const TICKS = 100;

/** CPU seconds. */
export type Cpu = { program: number; database: number };

/** Reads what the product's process and the database server with all its backends have used so far. */
export async function cpuMeter(product: Product, sql: postgres.Sql): Promise<() => Promise<Cpu>> {
  const [backend] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  const { parent: postmaster } = await statOf(backend?.pid ?? 0);
  return async () => ({
    program: await cpuSeconds(product.process.pid ?? 0),
    database: await familyCpuSeconds(postmaster),
  });
}

/** CPU seconds of a process so far. */
async function cpuSeconds(pid: number): Promise<number> {
  const { ticks } = await statOf(pid);
  return ticks / TICKS;
}

/** CPU seconds of a process and its children, the ended ones too: a database server with its backends. */
async function familyCpuSeconds(pid: number): Promise<number> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(names.map((name) => statOf(Number(name)).catch(() => null)));
  let ticks = 0;
  for (const [i, stat] of stats.entries()) {
    if (stat === null) continue;
    if (stat.parent === pid) ticks += stat.ticks;
    if (Number(names[i]) === pid) ticks += stat.ticks + stat.childTicks;
  }
  return ticks / TICKS;
}

async function statOf(pid: number): Promise<{ parent: number; ticks: number; childTicks: number }> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name, in parentheses, may hold spaces.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const at = (i: number): number => fields[i] ?? 0;
  return { parent: at(1), ticks: at(11) + at(12), childTicks: at(13) + at(14) };
}
