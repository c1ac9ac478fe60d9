import { createHash } from 'node:crypto';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { authorise } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { messageOf, notFound } from '../../core/errors.ts';
import * as sources from '../store.sources.ts';
import { loadSnippet, SNIPPET_FILES } from './build.ts';
import type { Snippet, SnippetFile } from './build.ts';
import type { SnippetView } from './contract.ts';
import * as store from './store.ts';

/** A file as it is served: plain, and packed for those who take it. `pinned`: this address gives the same for good. */
export type ServedFile = { plain: string; gzip: Buffer; br: Buffer; version: string; pinned: boolean };

/** The queue that stands in the place of the API until the file has arrived. */
const INLINE_LOADER =
  '<script>window.otklik=window.otklik||function(){(otklik.q=otklik.q||[]).push(arguments)}</script>';
/** Packed versions kept in memory; a site rarely has pages of more. */
const MAX_PACKED = 40;

let current: Promise<Snippet> | null = null;
const packed = new Map<string, ServedFile>();

/** The snippet of this program; a build that failed is tried again by the next who asks. */
function currentSnippet(): Promise<Snippet> {
  current ??= loadSnippet().catch((error: unknown) => {
    current = null;
    throw error;
  });
  return current;
}

/** Builds what was never built, so that the first page does not wait for it. The program also starts without. */
export async function prepareSnippet(ctx: Ctx): Promise<void> {
  await currentSnippet().catch((error: unknown) =>
    ctx.log.warn({ reason: messageOf(error) }, 'the snippet could not be built'),
  );
}

/**
 * A file of a version, or of the newest one without it. A version nobody knows any more gives the newest, which is better for
 * the page than nothing. Throws 404 for a file that is none of ours.
 */
export async function snippetFile(ctx: Ctx, name: string, version: string | null): Promise<ServedFile> {
  const file = SNIPPET_FILES.find((known) => known === name);
  if (file === undefined) throw notFound('file');
  const newest = await currentSnippet();
  if (version === null || version === newest.version)
    return serve(newest.version, newest.files, file, version !== null);
  const known = packed.get(`${version}/${file}`);
  if (known !== undefined) return known;
  const released = await store.releasedFiles(ctx, version);
  if (released === null) return serve(newest.version, newest.files, file, false);
  return serve(version, released, file, true);
}

function serve(version: string, files: Snippet['files'], file: SnippetFile, pinned: boolean): ServedFile {
  const key = `${version}/${file}`;
  const known = packed.get(key);
  if (known !== undefined) return { ...known, pinned };
  if (packed.size >= MAX_PACKED) packed.clear();
  const plain = files[file];
  const made = { plain, gzip: gzipSync(plain, { level: 9 }), br: brotliCompressSync(plain), version };
  packed.set(key, { ...made, pinned: true });
  return { ...made, pinned };
}

/** What to put into the pages of a source. Whoever is told a version's address finds that version there from then on. */
export async function snippetOf(ctx: Ctx, sourceId: string): Promise<SnippetView> {
  authorise(ctx, 'tracking:read');
  const source = await sources.sourceById(ctx, sourceId);
  if (source === null) throw notFound('source', sourceId);
  const snippet = await currentSnippet();
  await store.rememberRelease(ctx, snippet);
  const { version, files } = snippet;
  const host = ctx.config.publicUrl.replace(/\/$/, '');
  const url = `${host}/s/${version}/otklik.js`;
  const integrity = `sha384-${createHash('sha384').update(files['otklik.js']).digest('base64')}`;
  const consent = source.consentDefault === 'denied' ? ' data-consent="denied"' : '';
  const rest = `data-key="${source.writeKey}"${consent}></script>`;
  return {
    host,
    html: `<script async src="${url}" integrity="${integrity}" crossorigin="anonymous" ${rest}`,
    latestHtml: `<script async src="${host}/otklik.js" ${rest}`,
    url,
    integrity,
    version,
    inlineLoader: INLINE_LOADER,
    serviceWorker: `importScripts('${host}/s/${version}/push-sw.js');`,
  };
}
