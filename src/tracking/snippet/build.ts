import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError } from '../../core/errors.ts';

/** What the pages load, built. The version is a hash of all files. */
export type Snippet = {
  version: string;
  files: Record<SnippetFile, string>;
  /** Hash of what it was built from. */
  sources: string;
};
export const SNIPPET_FILES = ['otklik.js', 'more.js', 'push-sw.js'] as const;
export type SnippetFile = (typeof SNIPPET_FILES)[number];

const BROWSER = join(import.meta.dirname, 'browser');
const DIST = join(import.meta.dirname, '..', '..', '..', 'dist', 'snippet');
const MANIFEST = join(DIST, 'snippet.json');
/** Stand in the sources where the version and the hash of the second file will be. The second file holds neither. */
const VERSION = '__OTKLIK_VERSION__';
const MORE = '__OTKLIK_MORE__';
/** The oldest browsers served are those of 2020. */
const TARGET = 'es2020';
const VERSION_CHARS = 12;

/** The built snippet; builds it first when it was never built, or its sources have changed since and the builder is here. */
export async function loadSnippet(): Promise<Snippet> {
  const [built, sources] = await Promise.all([readBuilt(), hashOfSources()]);
  if (built?.sources === sources) return built;
  const builder = await import('esbuild').catch(() => null);
  if (builder !== null) return buildSnippet(builder, sources);
  if (built !== null) return built;
  throw new DomainError({
    code: 'snippet_not_built',
    status: 503,
    detail: 'The snippet is not built yet: run "npm run build".',
  });
}

async function buildSnippet(builder: typeof import('esbuild'), sources: string): Promise<Snippet> {
  const built = await builder.build({
    entryPoints: SNIPPET_FILES.map((name) => join(BROWSER, name.replace(/\.js$/, '.ts'))),
    outdir: DIST,
    bundle: true,
    minify: true,
    format: 'iife',
    target: TARGET,
    charset: 'utf8',
    legalComments: 'none',
    write: false,
    logLevel: 'silent',
  });
  // Its helper process has nothing more to do.
  await builder.stop();
  const textOf = (name: SnippetFile): string =>
    built.outputFiles.find(({ path }) => path.endsWith(name))?.text ?? '';
  const version = hash(SNIPPET_FILES.map(textOf).join('\n')).slice(0, VERSION_CHARS);
  const more = textOf('more.js');
  const core = textOf('otklik.js')
    .replaceAll(VERSION, version)
    .replaceAll(MORE, `sha256-${createHash('sha256').update(more).digest('base64')}`);
  const files = { 'otklik.js': core, 'more.js': more, 'push-sw.js': textOf('push-sw.js') };
  const snippet = { version, files, sources };
  await writeBuilt(snippet).catch(() => {
    // A folder that cannot be written is no reason not to serve what is in memory.
  });
  return snippet;
}

/** One file moved into place at once: whoever reads meanwhile finds the old one or the new one whole. */
async function writeBuilt(snippet: Snippet): Promise<void> {
  await mkdir(DIST, { recursive: true });
  const fresh = `${MANIFEST}.${process.pid}`;
  await writeFile(fresh, JSON.stringify(snippet));
  await rename(fresh, MANIFEST);
}

async function readBuilt(): Promise<Snippet | null> {
  try {
    return JSON.parse(await readFile(MANIFEST, 'utf8')) as Snippet;
  } catch {
    return null;
  }
}

async function hashOfSources(): Promise<string> {
  const names = (await readdir(BROWSER)).filter((name) => name.endsWith('.ts')).toSorted();
  const texts = await Promise.all(names.map((name) => readFile(join(BROWSER, name), 'utf8')));
  return hash(JSON.stringify([names, texts]));
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
