import type { Hono } from 'hono';
import { z } from 'zod';
import { describe, idParam, jsonBody, newRouter, paramsOf, queryOf } from '../core/http.ts';
import type { AppEnv } from '../core/http.ts';
import { pageQuery } from '../core/paging.ts';
import { bulkChange } from './actions.bulk.ts';
import { createContact, editContact, getContact } from './actions.card.ts';
import { exportContacts } from './actions.export.ts';
import { contactFields, countOfContacts, listOfContacts } from './actions.list.ts';
import { addConsent, addNote, historyOf, timelineOf } from './actions.timeline.ts';
import { changeView, createView, listViews, removeView } from './actions.views.ts';
import {
  bulkInput,
  contactField,
  contactsCount,
  contactsPage,
  contactsQuery,
  contactsWanted,
  viewAnswer,
  viewCreate,
  viewPatch,
} from './contract.list.ts';
import {
  consentInput,
  contactCard,
  contactCreate,
  contactPatch,
  historyEntry,
  noteInput,
  noteView,
  timelineEntry,
  timelineQuery,
} from './contract.ts';
import { identityRoutes } from './identity/routes.ts';
import { importRoutes } from './import/routes.ts';

const tag = 'Contacts';

export function contactsRoutes(): Hono<AppEnv> {
  const app = newRouter();
  listRoutes(app);
  cardRoutes(app);
  viewRoutes(app);
  app.route('/', importRoutes());
  app.route('/', identityRoutes());
  return app;
}

/** Before the routes by id: "count" and "fields" are no ids. */
function listRoutes(app: Hono<AppEnv>): void {
  app.get(
    '/api/contacts',
    describe({
      tag,
      summary: 'Search, filter and sort contacts',
      description:
        '`search` looks in names, emails, phones in any spelling and outside ids; every word must be found. `filter` is a JSON array of conditions {field, op, value} that must all hold; GET /api/contacts/fields lists fields and ops. Anonymous visitors are listed only by a condition on `kind`. Sorting puts contacts without a name or email last.',
      answer: contactsPage,
    }),
    queryOf(contactsQuery),
    async (c) => c.json(await listOfContacts(c.var.ctx, c.req.valid('query'))),
  );
  app.get(
    '/api/contacts/count',
    describe({
      tag,
      summary: 'How many contacts fit',
      description: 'Exact up to 10,000; beyond that an estimate, and `exact` is false.',
      answer: contactsCount,
    }),
    queryOf(contactsWanted),
    async (c) => c.json(await countOfContacts(c.var.ctx, c.req.valid('query'))),
  );
  app.get(
    '/api/contacts/fields',
    describe({ tag, summary: 'Fields to filter by', answer: z.object({ items: z.array(contactField) }) }),
    async (c) => c.json({ items: await contactFields(c.var.ctx) }),
  );
  app.get(
    '/api/contacts/export.csv',
    describe({ tag, summary: 'Export contacts as CSV', media: 'text/csv', answer: z.string() }),
    queryOf(contactsWanted),
    async (c) =>
      c.body(await exportContacts(c.var.ctx, c.req.valid('query')), 200, {
        'Content-Type': 'text/csv; charset=utf-8',
        'Content-Disposition': 'attachment; filename="contacts.csv"',
        'Cache-Control': 'no-store',
      }),
  );
  app.post(
    '/api/contacts/bulk',
    describe({
      tag,
      summary: 'Tag or assign many contacts',
      answer: z.object({ matched: z.number().int(), changed: z.number().int() }),
    }),
    jsonBody(bulkInput),
    async (c) => c.json(await bulkChange(c.var.ctx, c.req.valid('json'))),
  );
}

function cardRoutes(app: Hono<AppEnv>): void {
  app.post(
    '/api/contacts',
    describe({ tag, summary: 'Create a contact', status: 201, answer: contactCard }),
    jsonBody(contactCreate),
    async (c) => c.json(await createContact(c.var.ctx, c.req.valid('json')), 201),
  );
  app.get(
    '/api/contacts/:id',
    describe({ tag, summary: 'A contact with its points, outside ids and consents', answer: contactCard }),
    paramsOf(idParam),
    async (c) => c.json(await getContact(c.var.ctx, c.req.valid('param').id)),
  );
  app.patch(
    '/api/contacts/:id',
    describe({
      tag,
      summary: 'Edit a contact',
      description: '`version` is the one that was read; 409 version_conflict when the contact changed since.',
      answer: contactCard,
    }),
    paramsOf(idParam),
    jsonBody(contactPatch),
    async (c) => c.json(await editContact(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))),
  );
  app.get(
    '/api/contacts/:id/history',
    describe({
      tag,
      summary: 'Values a contact had',
      answer: z.object({ items: z.array(historyEntry), nextCursor: z.string().nullable() }),
    }),
    paramsOf(idParam),
    queryOf(pageQuery.extend({ key: z.string().max(120).optional() })),
    async (c) => c.json(await historyOf(c.var.ctx, c.req.valid('param').id, c.req.valid('query'))),
  );
  app.get(
    '/api/contacts/:id/timeline',
    describe({
      tag,
      summary: 'Everything that happened with a contact',
      description: 'Newest first. `before` is the `nextCursor` of the page before, or an instant.',
      answer: z.object({ items: z.array(timelineEntry), nextCursor: z.string().nullable() }),
    }),
    paramsOf(idParam),
    queryOf(timelineQuery),
    async (c) => {
      const { kinds, before, limit } = c.req.valid('query');
      return c.json(
        await timelineOf(c.var.ctx, c.req.valid('param').id, { kinds: kinds?.split(','), before, limit }),
      );
    },
  );
  app.post(
    '/api/contacts/:id/notes',
    describe({ tag, summary: 'Write a note', status: 201, answer: noteView }),
    paramsOf(idParam),
    jsonBody(noteInput),
    async (c) => c.json(await addNote(c.var.ctx, c.req.valid('param').id, c.req.valid('json').body), 201),
  );
  app.post(
    '/api/contacts/:id/consents',
    describe({ tag, summary: 'Record consent given or withdrawn', status: 201, answer: contactCard }),
    paramsOf(idParam),
    jsonBody(consentInput),
    async (c) => {
      const { id } = c.req.valid('param');
      await addConsent(c.var.ctx, id, c.req.valid('json'));
      return c.json(await getContact(c.var.ctx, id), 201);
    },
  );
}

function viewRoutes(app: Hono<AppEnv>): void {
  app.get(
    '/api/views',
    describe({
      tag,
      summary: 'Saved views: own and shared',
      answer: z.object({ items: z.array(viewAnswer) }),
    }),
    queryOf(z.object({ entity: z.string().max(40).default('contacts') })),
    async (c) => c.json({ items: await listViews(c.var.ctx, c.req.valid('query').entity) }),
  );
  app.post(
    '/api/views',
    describe({ tag, summary: 'Save a view', status: 201, answer: viewAnswer }),
    jsonBody(viewCreate),
    async (c) => c.json(await createView(c.var.ctx, c.req.valid('json')), 201),
  );
  app.patch(
    '/api/views/:id',
    describe({ tag, summary: 'Change a view', answer: viewAnswer }),
    paramsOf(idParam),
    jsonBody(viewPatch),
    async (c) => c.json(await changeView(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))),
  );
  app.delete(
    '/api/views/:id',
    describe({ tag, summary: 'Delete a view', status: 204 }),
    paramsOf(idParam),
    async (c) => {
      await removeView(c.var.ctx, c.req.valid('param').id);
      return c.body(null, 204);
    },
  );
}
