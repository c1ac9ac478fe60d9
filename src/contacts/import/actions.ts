import { audit } from '../../core/audit.ts';
import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, DomainError, invalid, notFound } from '../../core/errors.ts';
import { validationError } from '../../core/http.ts';
import { claimKey, MAX_KEY_LENGTH, saveAnswer } from '../../core/idempotency.ts';
import type { StoredAnswer } from '../../core/idempotency.ts';
import { newId } from '../../core/ids.ts';
import { emit } from '../../core/outbox.ts';
import { decodeCursor, DEFAULT_PAGE, encodeCursor } from '../../core/paging.ts';
import type { Page } from '../../core/paging.ts';
import { storable } from '../../core/text.ts';
import { mappingSchema } from './contract.ts';
import type { ImportErrorView, ImportFormat, ImportView, Mapping } from './contract.ts';
import { errorFileHead, errorFileLine } from './errorfile.ts';
import { allImportKinds, importKind } from './kinds.ts';
import type { ImportKind } from './kinds.ts';
import { compileMapping } from './mapping.ts';
import { openRows } from './rows.ts';
import { isThere, MAX_UPLOAD_BYTES, remove, spooledFile, spoolOf, store, tooLarge } from './spool.ts';
import { errorsAfter, findImport, insertImport, listImports, lockImport, updateImport } from './store.ts';
import type { ImportJob } from './store.ts';
import { importViewOf } from './view.ts';

/** Name of the job that works imports off. */
export const IMPORT_JOB = 'contacts.import';

export type StartImport = {
  kind: string;
  format: ImportFormat;
  preset?: string | undefined;
  /** JSON text of a mapping. */
  mapping?: string | undefined;
  name?: string | undefined;
};

export type Upload = {
  body: AsyncIterable<Uint8Array>;
  /** As announced by the sender, if it was. */
  length?: number | undefined;
  idempotencyKey?: string | undefined;
};

/**
 * Takes a file: writes it to disk, looks at its header, and queues it. When this returns, file and import survive a crash.
 * The same Idempotency-Key with the same file and settings gives the first import again.
 *
 * Errors (nothing is kept): 422 for a kind, format, preset, mapping, column or file that is wrong; 413 `upload_too_large`;
 * 507 `disk_full`; 400 `upload_broken_off`; 409 `idempotency_key_reused`.
 */
export async function startImport(ctx: Ctx, input: StartImport, upload: Upload): Promise<ImportView> {
  authorise(ctx, 'contacts:import');
  const kind = importKind(input.kind);
  for (const right of kind.rights) authorise(ctx, right);
  const mapping = mappingOf(kind, input);
  if ((upload.length ?? 0) > MAX_UPLOAD_BYTES) throw tooLarge(MAX_UPLOAD_BYTES);
  const key = upload.idempotencyKey;
  if (key !== undefined && (key === '' || key.length > MAX_KEY_LENGTH)) {
    throw invalid(
      'bad_idempotency_key',
      `An Idempotency-Key has 1 to ${MAX_KEY_LENGTH} characters.`,
      'Idempotency-Key',
    );
  }
  const id = newId();
  const spool = spoolOf(ctx.config.dataDir);
  const spooled = await store(spool, id, upload.body);
  try {
    const header = await peek(spooledFile(spool, id), kind, input.format, mapping);
    const view = await queue(ctx, { ...input, key }, { id, header, mapping, ...spooled });
    if (view.id !== id) await remove(spool, id);
    return view;
  } catch (error) {
    // After any other error the commit may still have happened: the sweep removes the file if it did not.
    if (error instanceof DomainError) await remove(spool, id);
    throw error;
  }
}

function mappingOf(kind: ImportKind, input: StartImport): Mapping {
  if (!kind.formats.includes(input.format)) {
    throw invalid('format_not_supported', `"${kind.kind}" takes ${kind.formats.join(' or ')}.`, 'format');
  }
  const preset = input.preset === undefined ? {} : kind.presets[input.preset];
  if (preset === undefined) {
    const known = Object.keys(kind.presets).join(', ') || 'none';
    throw invalid(
      'unknown_preset',
      `"${kind.kind}" has no preset "${input.preset}". Presets: ${known}.`,
      'preset',
    );
  }
  const given = input.mapping === undefined ? {} : parseJson(input.mapping);
  const parsed = mappingSchema.safeParse({
    ...preset,
    ...given,
    options: { ...preset.options, ...(typeof given['options'] === 'object' ? given['options'] : {}) },
  });
  if (!parsed.success) throw validationError(parsed.error.issues, 'mapping');
  const options = kind.options.safeParse(parsed.data.options);
  if (!options.success) throw validationError(options.error.issues, 'mapping.options');
  return parsed.data;
}

function parseJson(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // Falls through to the same answer.
  }
  throw invalid('mapping_not_json', 'The mapping is not a JSON object.', 'mapping');
}

/** Reads the beginning of the file: what is wrong with all of it is said now and not in an hour. Gives the CSV header. */
async function peek(
  path: string,
  kind: ImportKind,
  format: ImportFormat,
  mapping: Mapping,
): Promise<string[] | null> {
  const file = await openRows(path, format, mapping);
  try {
    const { header } = file;
    const empty = header === null ? (await file.rows.next()).done === true : header.length === 0;
    if (empty) throw invalid('empty_file', 'The file is empty.', 'body');
    compileMapping(mapping, { fields: kind.fields, openPrefix: kind.openPrefix, header });
    return header;
  } finally {
    file.close();
  }
}

type Accepted = { id: string; header: string[] | null; mapping: Mapping; bytes: number; sha256: string };

function queue(
  ctx: Ctx,
  input: StartImport & { key: string | undefined },
  file: Accepted,
): Promise<ImportView> {
  return inTx(ctx, async (tx) => {
    const credential = `${ctx.actor.kind}:${ctx.actor.id}`;
    const { key, ...settings } = input;
    if (key !== undefined) {
      const first = await claimKey(tx, credential, key, JSON.stringify([file.sha256, settings]));
      if (first !== null) return firstAnswer(tx, first);
    }
    const job = await insertImport(tx, {
      importId: file.id,
      kind: input.kind,
      name: input.name ?? input.preset ?? input.kind,
      format: input.format,
      preset: input.preset ?? null,
      mapping: file.mapping,
      header: file.header?.map(storable) ?? null,
      state: 'queued',
      sha256: file.sha256,
      bytesTotal: file.bytes,
      createdBy: ctx.actor.id,
      createdAt: tx.clock.now(),
    });
    await audit(tx, {
      action: 'import.started',
      entity: 'import',
      entityId: file.id,
      details: { kind: input.kind, bytes: file.bytes, sha256: file.sha256 },
    });
    await emit(tx, `job.${IMPORT_JOB}`, [{ importId: file.id }]);
    if (key !== undefined) await saveAnswer(tx, credential, key, { status: 202, body: file.id });
    return importViewOf(job);
  });
}

async function firstAnswer(ctx: Ctx, answer: StoredAnswer): Promise<ImportView> {
  return importViewOf(await existing(ctx, answer.body));
}

async function existing(ctx: Ctx, id: string): Promise<ImportJob> {
  const job = await findImport(ctx, id);
  if (job === undefined) throw notFound('import', id);
  return job;
}

export async function getImport(ctx: Ctx, id: string): Promise<ImportView> {
  authorise(ctx, 'contacts:import');
  return importViewOf(await existing(ctx, id));
}

export async function getImports(
  ctx: Ctx,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<ImportView>> {
  authorise(ctx, 'contacts:import');
  const found = await listImports(ctx, page);
  return { items: found.items.map(importViewOf), nextCursor: found.nextCursor };
}

export function getImportKinds(ctx: Ctx) {
  authorise(ctx, 'contacts:import');
  const items = allImportKinds().map((kind) => ({
    kind: kind.kind,
    about: kind.about,
    formats: [...kind.formats],
    fields: Object.entries(kind.fields).map(([name, { type, required, about }]) => ({
      name,
      type,
      required: required === true,
      about,
    })),
    presets: Object.entries(kind.presets).map(([name, mapping]) => ({ name, mapping })),
  }));
  return { items };
}

export async function getImportErrors(
  ctx: Ctx,
  id: string,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<ImportErrorView>> {
  authorise(ctx, 'contacts:import');
  await existing(ctx, id);
  const after = page.cursor === undefined ? 0 : Number(decodeCursor(page.cursor, 1)[0]);
  const found = await errorsAfter(ctx, id, after, page.limit + 1);
  const items = found.slice(0, page.limit).map(({ rowNumber, code, field, detail, line, raw }) => ({
    row: rowNumber,
    code,
    field,
    detail,
    line,
    raw,
  }));
  const last = items.at(-1);
  return {
    items,
    nextCursor: found.length > page.limit && last !== undefined ? encodeCursor([last.row]) : null,
  };
}

/** The failed rows as a CSV file, piece by piece: the original columns, then why. */
export async function importErrorFile(ctx: Ctx, id: string): Promise<AsyncGenerator<string, undefined>> {
  authorise(ctx, 'contacts:import');
  const job = await existing(ctx, id);
  const { delimiter } = mappingSchema.parse(job.mapping);
  return (async function* pieces() {
    let found = await errorsAfter(ctx, id, 0, DEFAULT_PAGE);
    // Only rows that are lines of a document have a place within it.
    const form = { header: job.header, delimiter, lines: found.some(({ line }) => line !== null) };
    yield errorFileHead(form);
    for (;;) {
      if (found.length > 0) yield found.map((error) => errorFileLine(error, form)).join('');
      if (found.length < DEFAULT_PAGE) return undefined;
      found = await errorsAfter(ctx, id, found.at(-1)?.rowNumber ?? 0, DEFAULT_PAGE);
    }
  })();
}

/** Stops an import behind its last committed batch. What was taken stays. 409 when it has ended. */
export function cancelImport(ctx: Ctx, id: string): Promise<ImportView> {
  authorise(ctx, 'contacts:import');
  return inTx(ctx, async (tx) => {
    const job = await lockImport(tx, id);
    if (job === undefined) throw notFound('import', id);
    if (job.state === 'cancelled') return importViewOf(job);
    if (job.state !== 'queued' && job.state !== 'running')
      throw conflict('import_ended', `The import is ${job.state}.`);
    await updateImport(tx, id, {
      state: 'cancelled',
      leaseToken: null,
      leaseUntil: null,
      finishedAt: tx.clock.now(),
    });
    await audit(tx, { action: 'import.cancelled', entity: 'import', entityId: id });
    return importViewOf(await existing(tx, id));
  });
}

/** Goes on with a failed or cancelled import behind its last committed row. 409 when it runs, is done, or its file is gone. */
export async function resumeImport(ctx: Ctx, id: string): Promise<ImportView> {
  authorise(ctx, 'contacts:import');
  const there = await isThere(spoolOf(ctx.config.dataDir), id);
  return inTx(ctx, async (tx) => {
    const job = await lockImport(tx, id);
    if (job === undefined) throw notFound('import', id);
    for (const right of importKind(job.kind).rights) authorise(tx, right);
    if (job.state === 'queued' || job.state === 'running') return importViewOf(job);
    if (job.state === 'done') throw conflict('import_done', 'The import is done.');
    if (!there) throw conflict('file_gone', 'The uploaded file was removed after its term. Upload it again.');
    await updateImport(tx, id, { state: 'queued', failure: null, finishedAt: null, claims: 0 });
    await audit(tx, { action: 'import.resumed', entity: 'import', entityId: id });
    await emit(tx, `job.${IMPORT_JOB}`, [{ importId: id }]);
    return importViewOf(await existing(tx, id));
  });
}
