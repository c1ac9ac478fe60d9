import type { Hono } from 'hono';
import { describe, idParam, jsonBody, newRouter, paramsOf, queryOf } from '../../core/http.ts';
import type { AppEnv } from '../../core/http.ts';
import {
  assignCategory,
  categoryMembers,
  categoryRequests,
  contactCategories,
  decideCategory,
  endingCategories,
  revokeCategory,
} from './actions.assign.ts';
import { categories, changeCategory, createCategory, getCategory } from './actions.categories.ts';
import {
  askPersonal,
  contactPersonal,
  decidePersonalDiscount,
  personalRequests,
  personalsInForce,
  revokePersonal,
} from './actions.personal.ts';
import {
  assignInput,
  assignmentAnswer,
  assignmentList,
  assignmentPage,
  assignmentParams,
  categoryAnswer,
  categoryInput,
  categoryList,
  categoryPatch,
  decideInput,
  endingQuery,
  personalAnswer,
  personalInput,
  personalList,
  personalPage,
  personalParams,
  revokeInput,
} from './contract.ts';
import { pageQuery } from './contract.paging.ts';

const tag = 'loyalty';

export function categoryRoutes(): Hono<AppEnv> {
  return newRouter().route('/', definitions()).route('/', assigned()).route('/', personal());
}

function definitions(): Hono<AppEnv> {
  return newRouter()
    .get(
      '/api/person-categories',
      describe({ tag, summary: 'Person categories', answer: categoryList }),
      async (c) => c.json({ items: await categories(c.var.ctx) }),
    )
    .post(
      '/api/person-categories',
      describe({ tag, summary: 'Make a person category', status: 201, answer: categoryAnswer }),
      jsonBody(categoryInput),
      async (c) => c.json(await createCategory(c.var.ctx, c.req.valid('json')), 201),
    )
    .get(
      '/api/person-categories/requests',
      describe({ tag, summary: 'Requests that wait for a decision, oldest first', answer: assignmentPage }),
      queryOf(pageQuery),
      async (c) => c.json(await categoryRequests(c.var.ctx, c.req.valid('query'))),
    )
    .get(
      '/api/person-categories/ending',
      describe({ tag, summary: 'Assignments that end soon, the soonest first', answer: assignmentPage }),
      queryOf(endingQuery),
      async (c) => c.json(await endingCategories(c.var.ctx, c.req.valid('query'))),
    )
    .get(
      '/api/person-categories/:id/members',
      describe({ tag, summary: 'Who has a category, the soonest to end first', answer: assignmentPage }),
      paramsOf(idParam),
      queryOf(pageQuery),
      async (c) => c.json(await categoryMembers(c.var.ctx, c.req.valid('param').id, c.req.valid('query'))),
    )
    .get(
      '/api/person-categories/:id',
      describe({ tag, summary: 'A person category', answer: categoryAnswer }),
      paramsOf(idParam),
      async (c) => c.json(await getCategory(c.var.ctx, c.req.valid('param').id)),
    )
    .patch(
      '/api/person-categories/:id',
      describe({ tag, summary: 'Change a person category', answer: categoryAnswer }),
      paramsOf(idParam),
      jsonBody(categoryPatch),
      async (c) => c.json(await changeCategory(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))),
    );
}

function assigned(): Hono<AppEnv> {
  return newRouter()
    .get(
      '/api/contacts/:id/person-categories',
      describe({ tag, summary: "A contact's person categories, newest first", answer: assignmentList }),
      paramsOf(idParam),
      async (c) => c.json({ items: await contactCategories(c.var.ctx, c.req.valid('param').id) }),
    )
    .post(
      '/api/contacts/:id/person-categories',
      describe({ tag, summary: 'Ask for a person category', status: 201, answer: assignmentAnswer }),
      paramsOf(idParam),
      jsonBody(assignInput),
      async (c) => c.json(await assignCategory(c.var.ctx, c.req.valid('param').id, c.req.valid('json')), 201),
    )
    .post(
      '/api/contacts/:id/person-categories/:assignmentId/decide',
      describe({ tag, summary: 'Approve or reject a request', answer: assignmentAnswer }),
      paramsOf(assignmentParams),
      jsonBody(decideInput),
      async (c) => {
        const { id, assignmentId } = c.req.valid('param');
        return c.json(await decideCategory(c.var.ctx, id, assignmentId, c.req.valid('json')));
      },
    )
    .post(
      '/api/contacts/:id/person-categories/:assignmentId/revoke',
      describe({ tag, summary: 'End a person category before its term', answer: assignmentAnswer }),
      paramsOf(assignmentParams),
      jsonBody(revokeInput),
      async (c) => {
        const { id, assignmentId } = c.req.valid('param');
        return c.json(await revokeCategory(c.var.ctx, id, assignmentId, c.req.valid('json')));
      },
    );
}

function personal(): Hono<AppEnv> {
  return newRouter()
    .get(
      '/api/personal-discounts',
      describe({
        tag,
        summary: 'Personal discounts in force, the soonest to end first',
        answer: personalPage,
      }),
      queryOf(pageQuery),
      async (c) => c.json(await personalsInForce(c.var.ctx, c.req.valid('query'))),
    )
    .get(
      '/api/personal-discounts/requests',
      describe({ tag, summary: 'Personal discounts that wait for a decision', answer: personalPage }),
      queryOf(pageQuery),
      async (c) => c.json(await personalRequests(c.var.ctx, c.req.valid('query'))),
    )
    .get(
      '/api/contacts/:id/personal-discounts',
      describe({ tag, summary: "A contact's own discounts, newest first", answer: personalList }),
      paramsOf(idParam),
      async (c) => c.json({ items: await contactPersonal(c.var.ctx, c.req.valid('param').id) }),
    )
    .post(
      '/api/contacts/:id/personal-discounts',
      describe({ tag, summary: 'Ask for a personal discount', status: 201, answer: personalAnswer }),
      paramsOf(idParam),
      jsonBody(personalInput),
      async (c) => c.json(await askPersonal(c.var.ctx, c.req.valid('param').id, c.req.valid('json')), 201),
    )
    .post(
      '/api/contacts/:id/personal-discounts/:discountId/decide',
      describe({ tag, summary: 'Approve or reject a personal discount', answer: personalAnswer }),
      paramsOf(personalParams),
      jsonBody(decideInput),
      async (c) => {
        const { id, discountId } = c.req.valid('param');
        return c.json(await decidePersonalDiscount(c.var.ctx, id, discountId, c.req.valid('json')));
      },
    )
    .post(
      '/api/contacts/:id/personal-discounts/:discountId/revoke',
      describe({ tag, summary: 'End a personal discount before its term', answer: personalAnswer }),
      paramsOf(personalParams),
      jsonBody(revokeInput),
      async (c) => {
        const { id, discountId } = c.req.valid('param');
        return c.json(await revokePersonal(c.var.ctx, id, discountId, c.req.valid('json')));
      },
    );
}
