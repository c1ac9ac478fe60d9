import type { z } from 'zod';
import { audit } from '../../core/audit.ts';
import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, DomainError, notFound } from '../../core/errors.ts';
import type { FieldIssue } from '../../core/errors.ts';
import { fieldIssues, validationError } from '../../core/http.ts';
import { newId } from '../../core/ids.ts';
import { isCurrency } from '../../core/money.ts';
import { programSettings } from './contract.ts';
import { mustNotLiftLimit } from './handLimit.ts';
import type { ProgramInput, ProgramPatch, ProgramSettings, ProgramView } from './contract.ts';
import { findProgram, insertProgram, listPrograms, readTerms, updateProgram, versionsOf } from './store.ts';
import type { ProgramRow } from './store.ts';

/** Programs: what points are worth, how they are earned, wait, end, and who may change it. */

export async function createProgram(ctx: Ctx, input: ProgramInput): Promise<ProgramView> {
  authorise(ctx, 'loyalty:write');
  const { currency = ctx.config.baseCurrency } = input;
  const [wrong] = inputIssues({ currency });
  if (wrong !== undefined)
    throw new DomainError({ code: wrong.code, status: 422, detail: wrong.message, at: wrong.path });
  mustNotLiftLimit(ctx, input.settings);
  const now = ctx.clock.now();
  const row: ProgramRow = {
    programId: newId(),
    name: input.name,
    currency,
    zone: input.zone ?? ctx.config.timeZone,
    state: input.draft ? 'draft' : 'active',
    version: 1,
    settings: input.settings,
    createdAt: now,
    updatedAt: now,
  };
  await inTx(ctx, async (tx) => {
    await insertProgram(tx, row);
    await audit(tx, {
      action: 'loyalty_program.created',
      entity: 'loyalty_program',
      entityId: row.programId,
    });
  });
  return programView(row);
}

/**
 * Changes a program; what is booked already keeps the terms it was booked under. 409 `program_changed` when `version` is not the
 * present one: somebody else has changed it since it was read; `program_draft` for a state a draft cannot take. 403
 * `adjustment_limit_of_owner`.
 */
export async function changeProgram(ctx: Ctx, id: string, patch: ProgramPatch): Promise<ProgramView> {
  authorise(ctx, 'loyalty:write');
  return inTx(ctx, async (tx) => {
    const row = await mustFind(tx, id);
    if (patch.state !== undefined && row.state === 'draft')
      throw conflict('program_draft', 'A draft is launched, or stays a draft.', 'state');
    const settings = settingsWith(row, patch.settings);
    mustNotLiftLimit(ctx, settings, settingsOf(row));
    const next: ProgramRow = {
      ...row,
      name: patch.name ?? row.name,
      state: patch.state ?? row.state,
      settings,
      version: patch.version + 1,
      updatedAt: tx.clock.now(),
    };
    if (row.version !== patch.version || !(await updateProgram(tx, next)))
      throw conflict('program_changed', 'Somebody has changed this program since you opened it.', 'version');
    await audit(tx, {
      action: 'loyalty_program.changed',
      entity: 'loyalty_program',
      entityId: id,
      details: {
        version: next.version,
        fields: Object.keys({ ...patch, ...patch.settings }).filter((key) => key !== 'settings'),
      },
    });
    return programView(next);
  });
}

/** What is wrong with a new program beside the shape of its fields. Pure. */
export function inputIssues({ currency }: Pick<ProgramInput, 'currency'>): FieldIssue[] {
  return currency === undefined || isCurrency(currency)
    ? []
    : [{ path: 'currency', code: 'unknown_currency', message: `No currency "${currency}".` }];
}

function settingsWith(row: ProgramRow, patch: ProgramPatch['settings']): ProgramSettings {
  const parsed = programSettings.strict().safeParse({ ...settingsOf(row), ...patch });
  if (!parsed.success) throw validationError(under(parsed.error.issues), 'settings');
  return parsed.data;
}

const under = (issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] =>
  issues.map((one) => ({ ...one, path: ['settings', ...one.path] }));

/** What is wrong with settings that change, before anybody knows what they were. Pure. */
export function settingsIssues(patch: ProgramPatch['settings']): FieldIssue[] {
  const parsed = programSettings
    .partial()
    .strict()
    .safeParse(patch ?? {});
  return parsed.success ? [] : fieldIssues(under(parsed.error.issues));
}

export async function getProgram(ctx: Ctx, id: string): Promise<ProgramView> {
  authorise(ctx, 'loyalty:read');
  return programView(await mustFind(ctx, id));
}

export async function programs(ctx: Ctx): Promise<ProgramView[]> {
  authorise(ctx, 'loyalty:read');
  return (await listPrograms(ctx)).map(programView);
}

export type ProgramVersion = {
  version: number;
  name: string;
  settings: ProgramSettings;
  changedBy: string;
  changedAt: string;
};

export async function programVersions(ctx: Ctx, id: string): Promise<ProgramVersion[]> {
  authorise(ctx, 'loyalty:read');
  await mustFind(ctx, id);
  return (await versionsOf(ctx, id)).map((row) => ({
    version: row.version,
    name: row.name,
    settings: programSettings.parse(row.settings),
    changedBy: row.changedBy,
    changedAt: row.changedAt.toISOString(),
  }));
}

/** A program for verbs of this module, who have authorised their caller. 404 `program_not_found`. */
export async function mustFind(ctx: Ctx, id: string): Promise<ProgramRow> {
  const row = await findProgram(ctx, id);
  if (row === undefined) throw notFound('program', id);
  return row;
}

/**
 * From draft into force, for whoever has checked that it may. 409 `program_changed` when `version` is not the present one,
 * `program_launched` for one that is no draft.
 */
export async function beginProgram(ctx: Ctx, id: string, version: number): Promise<ProgramView> {
  authorise(ctx, 'loyalty:write');
  return inTx(ctx, async (tx) => {
    const row = await mustFind(tx, id);
    if (row.state !== 'draft') throw conflict('program_launched', 'This program is no draft any more.');
    const next: ProgramRow = {
      ...row,
      state: 'active',
      version: version + 1,
      updatedAt: tx.clock.now(),
    };
    if (row.version !== version || !(await updateProgram(tx, next)))
      throw conflict('program_changed', 'Somebody has changed this program since you opened it.', 'version');
    await audit(tx, {
      action: 'loyalty_program.launched',
      entity: 'loyalty_program',
      entityId: id,
      details: { version: next.version },
    });
    return programView(next);
  });
}

/** The same, with its settings; 409 `program_archived` when nothing new begins in it. */
export async function openProgram(ctx: Ctx, id: string): Promise<ProgramView> {
  const view = programView(await mustFind(ctx, id));
  if (view.state === 'archived')
    throw conflict('program_archived', `The program "${view.name}" is archived.`);
  return view;
}

/** The same, for what only members have; 409 `program_draft` too: nobody is one yet. */
export async function liveProgram(ctx: Ctx, id: string): Promise<ProgramView> {
  const view = await openProgram(ctx, id);
  if (view.state === 'draft')
    throw conflict(
      'program_draft',
      `The program "${view.name}" is a draft: it takes no members before its launch.`,
    );
  return view;
}

export type Terms = { programId: string; version: number; zone: string; settings: ProgramSettings };

/** Terms read before; a writer finds out under its lock whether they are still the present ones. */
const known = new WeakMap<object, Map<string, Terms>>();

/**
 * The terms of these programs; unknown programs are absent. Those this process has read before come without asking, unless
 * `versions` says that a program has another one by now.
 */
export async function programTerms(
  ctx: Ctx,
  of: ReadonlyArray<{ programId: string }>,
  versions?: ReadonlyMap<string, number>,
): Promise<Map<string, Terms>> {
  const kept = known.get(ctx.config) ?? new Map<string, Terms>();
  known.set(ctx.config, kept);
  const wanted = [...new Set(of.map(({ programId }) => programId))];
  const missing = wanted.filter((id) => {
    const version = kept.get(id)?.version;
    return version === undefined || (versions?.has(id) === true && versions.get(id) !== version);
  });
  if (missing.length > 0)
    for (const { settings, ...row } of await readTerms(ctx, missing))
      kept.set(row.programId, { ...row, settings: programSettings.parse(settings) });
  return new Map(wanted.flatMap((id) => (kept.has(id) ? [[id, kept.get(id) as Terms]] : [])));
}

const settingsOf = (row: ProgramRow): ProgramSettings => programSettings.parse(row.settings);

function programView(row: ProgramRow): ProgramView {
  return {
    id: row.programId,
    name: row.name,
    currency: row.currency,
    zone: row.zone,
    state: row.state,
    version: row.version,
    settings: settingsOf(row),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
