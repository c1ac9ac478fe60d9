import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The demo's password is kept beside its data, so that a second start can print it again; an installation's never is. */
const FILE = 'demo-login.txt';

export async function readLogin(dataDir: string): Promise<string | null> {
  try {
    return (await readFile(join(dataDir, FILE), 'utf8')).trim();
  } catch {
    return null;
  }
}

export async function saveLogin(dataDir: string, password: string): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  await writeFile(join(dataDir, FILE), `${password}\n`, { mode: 0o600 });
}
