import { isDeepStrictEqual } from 'node:util';
import { audit } from '../../core/audit.ts';
import { inTx, may } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, forbidden, invalid, notFound } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { cursorId, cursorText, decodeCursor, toPage } from '../../core/paging.ts';
import type { Page } from '../../core/paging.ts';
import { STYLE } from './assets.ts';
import type {
  FormCounts,
  FormCreate,
  FormDefinition,
  FormListed,
  FormLocale,
  FormPatch,
  FormSourceView,
  FormView,
} from './contract.ts';
import { frameCode, htmlCode } from './embed.ts';
import { formPage } from './page.form.ts';
import type { Theme } from './page.layout.ts';
import * as store from './store.ts';
import type { WholeForm } from './store.ts';

/** Forms are the marketer's as well as the site developer's. */
export function authoriseReading(ctx: Ctx): void {
  if (!(['tracking:read', 'tracking:write', 'campaigns:write'] as const).some((right) => may(ctx, right)))
    throw forbidden('This needs the right "tracking:read" or "campaigns:write".');
}

export function authoriseWriting(ctx: Ctx): void {
  if (!may(ctx, 'tracking:write') && !may(ctx, 'campaigns:write'))
    throw forbidden('This needs the right "tracking:write" or "campaigns:write".');
}

/** Forms by name. */
export async function listForms(
  ctx: Ctx,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<FormListed>> {
  authoriseReading(ctx);
  const [name, id] = page.cursor === undefined ? [] : decodeCursor(page.cursor, 2);
  const after: [string, string] | undefined =
    name === undefined ? undefined : [cursorText(name), cursorId(id)];
  const found = await store.listForms(ctx, { limit: page.limit, after });
  const cut = toPage(found, page.limit, ({ form, sortName }) => [sortName, form.formId]);
  const counts = await store.countsOf(
    ctx,
    cut.items.map(({ form }) => form.formId),
  );
  return {
    ...cut,
    items: cut.items.map(({ form, doubleOptIn, sourceName }) =>
      listed({ ...form, sourceName, doubleOptIn }, counts.get(form.formId)),
    ),
  };
}

function listed(
  form: store.FormRow & { sourceName: string; doubleOptIn: boolean },
  counts: FormCounts = store.NO_COUNTS,
): FormListed {
  return {
    id: form.formId,
    name: form.name,
    sourceId: form.sourceId,
    sourceName: form.sourceName,
    live: form.live,
    doubleOptIn: form.doubleOptIn,
    version: form.version,
    counts,
    createdAt: form.createdAt.toISOString(),
    updatedAt: form.updatedAt.toISOString(),
  };
}

/** A form as it stands. Throws form_not_found (404). */
export async function getForm(ctx: Ctx, formId: string): Promise<FormView> {
  authoriseReading(ctx);
  const found = await store.findForm(ctx, formId);
  if (found === undefined) throw notFound('form', formId);
  const counts = await store.countsOf(ctx, [formId]);
  return view(ctx, found, counts.get(formId));
}

function view(ctx: Ctx, form: WholeForm, counts: FormCounts | undefined): FormView {
  const { publicUrl } = ctx.config;
  const { doubleOptIn } = form.definition;
  return {
    ...listed({ ...form, sourceName: form.source.name, doubleOptIn }, counts),
    definition: form.definition,
    url: `${publicUrl}/f/${form.formId}`,
    embed: { frame: frameCode(publicUrl, form), html: htmlCode(publicUrl, form) },
  };
}

/** Throws source_not_found (422), redirect_not_allowed (422), form_name_taken (409). */
async function check(
  ctx: Ctx,
  input: { name?: string | undefined; sourceId: string; definition: FormDefinition },
  except?: string,
): Promise<void> {
  const source = await store.sourceOf(ctx, input.sourceId);
  if (source === undefined) throw invalid('source_not_found', 'There is no such source.', 'sourceId');
  const { thanks, origins } = input.definition;
  if (thanks.type === 'redirect') {
    const target = new URL(thanks.url).origin;
    if (![...origins, ...source.origins, new URL(ctx.config.publicUrl).origin].includes(target))
      throw invalid(
        'redirect_not_allowed',
        `Name ${target} among the sites of the form or of its source: it leads only to those.`,
        'definition.thanks.url',
      );
  }
  if (input.name !== undefined && (await store.nameTaken(ctx, input.name, except)))
    throw conflict('form_name_taken', `There is a form "${input.name}" already.`, 'name');
}

export async function createForm(ctx: Ctx, input: FormCreate): Promise<FormView> {
  authoriseWriting(ctx);
  const formId = newId();
  return inTx(ctx, async (tx) => {
    await check(tx, input);
    const now = tx.clock.now();
    const { name, sourceId, definition } = input;
    await store.insertForm(tx, {
      formId,
      name,
      sourceId,
      createdBy: tx.actor.id,
      createdAt: now,
      updatedAt: now,
    });
    await store.insertVersion(tx, { formId, version: 1, definition });
    await audit(tx, {
      action: 'form.created',
      entity: 'form',
      entityId: formId,
      details: { name, sourceId },
    });
    return getForm(tx, formId);
  });
}

/**
 * Changes a form; another definition becomes the next version, so that what was shown before stays known. Throws form_not_found
 * (404), form_changed (409) when somebody was faster.
 */
export async function changeForm(ctx: Ctx, formId: string, patch: FormPatch): Promise<FormView> {
  authoriseWriting(ctx);
  return inTx(ctx, async (tx) => {
    const form = await store.findForm(tx, formId, true);
    if (form === undefined) throw notFound('form', formId);
    if (form.version !== patch.version)
      throw conflict('form_changed', 'Somebody has changed this form meanwhile.', 'version');
    const { name, sourceId = form.sourceId, definition = form.definition } = patch;
    await check(tx, { name, sourceId, definition }, formId);
    const isNew = !isDeepStrictEqual(definition, form.definition);
    const version = form.version + (isNew ? 1 : 0);
    if (isNew) await store.insertVersion(tx, { formId, version, definition });
    await store.updateForm(tx, formId, {
      sourceId,
      version,
      ...(name === undefined ? {} : { name }),
      ...(patch.live === undefined ? {} : { live: patch.live }),
    });
    await audit(tx, {
      action: 'form.changed',
      entity: 'form',
      entityId: formId,
      details: { version, name: name ?? form.name, live: patch.live ?? form.live },
    });
    return getForm(tx, formId);
  });
}

export async function formSources(ctx: Ctx): Promise<FormSourceView[]> {
  authoriseReading(ctx);
  return store.sourcesForForms(ctx);
}

/** The page of a form that need not be saved; it loads nothing and sends nothing. */
export function previewForm(
  ctx: Ctx,
  input: { definition: FormDefinition; locale: FormLocale; theme: Theme },
): { html: string } {
  authoriseReading(ctx);
  const { definition, locale, theme } = input;
  const frame = { locale, theme, embed: false, inlineStyle: STYLE };
  return {
    html: formPage({
      definition,
      frame,
      action: '#',
      token: '',
      anonymousId: '',
      page: '',
      values: {},
      ticked: [],
      errors: [],
    }),
  };
}
