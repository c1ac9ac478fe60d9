import { createHash, randomBytes } from 'node:crypto';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { exists, failure, makeDir, writeAtomically } from './embedded.home.ts';
import type { EmbeddedLog } from './embedded.home.ts';

/**
 * Homes outside the data folder, for projects in folders that only root may enter: the server's user could not reach
 * its data there. `postgres.json` in the data folder names the home, `owner.json` in the home names the data folder.
 */
const SYSTEM_HOMES = '/var/lib/otklik';
const POINTER = 'postgres.json';
const OWNER = 'owner.json';

/**
 * The home that the data folder points to, undefined when it points to none. A moved project keeps its database; a
 * copied one is refused, because both would silently share it.
 */
export async function readPointer(dataDir: string): Promise<string | undefined> {
  const file = join(dataDir, POINTER);
  const home = await readField(file, 'home');
  if (home === undefined) return undefined;
  if (!(await exists(home))) {
    throw failure(
      'database_missing',
      `${file} says that the database is in ${home}, which is gone. Restore it, or delete that file to begin with an empty database.`,
    );
  }
  const owner = await readField(join(home, OWNER), 'dataDir');
  if (owner === dataDir) return home;
  if (owner !== undefined && (await readField(join(owner, POINTER), 'home')) === home) {
    throw failure(
      'database_copied',
      `${dataDir} is a copy of ${owner}, whose database is in ${home}. Delete ${file} to begin with an empty database here.`,
    );
  }
  await writeOwner(home, dataDir);
  return home;
}

/**
 * Makes a home for the data folder and points to it. A former one means that somebody deleted the data folder to begin
 * anew; it is kept under another name, because that may have been a mistake. `stopServer` ends what may still run there.
 */
export async function createElsewhere(
  dataDir: string,
  log: EmbeddedLog,
  stopServer: (dir: string) => Promise<void>,
): Promise<string> {
  let dir = join(SYSTEM_HOMES, createHash('sha256').update(dataDir).digest('hex').slice(0, 16));
  const owner = await readField(join(dir, OWNER), 'dataDir');
  if (owner === dataDir && (await exists(join(dir, 'data')))) {
    await stopServer(dir);
    const kept = `${dir}.old-${randomBytes(4).toString('hex')}`;
    await rename(dir, kept);
    log.warn(
      { dataDir, kept },
      `the former database of ${dataDir} is kept in ${kept}; delete it when not needed`,
    );
  } else if (owner !== undefined && owner !== dataDir) {
    // The project that was here has moved away with its database.
    dir = `${dir}-${randomBytes(4).toString('hex')}`;
  }
  await makeDir(SYSTEM_HOMES);
  await makeDir(dir);
  await writeOwner(dir, dataDir);
  await writeAtomically(join(dataDir, POINTER), JSON.stringify({ home: dir }) + '\n', 0o644);
  log.info({ dataDir, home: dir }, `only root may enter ${dataDir}: the database lives in ${dir}`);
  return dir;
}

async function writeOwner(home: string, dataDir: string): Promise<void> {
  await writeAtomically(join(home, OWNER), JSON.stringify({ dataDir }) + '\n', 0o600);
}

async function readField(file: string, name: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const parsed: unknown = JSON.parse(text);
  const value =
    typeof parsed === 'object' && parsed !== null
      ? Object.entries(parsed).find(([key]) => key === name)?.[1]
      : undefined;
  if (typeof value === 'string') return value;
  throw failure('database_pointer_broken', `${file} has no "${name}".`);
}
