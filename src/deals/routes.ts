import { z } from 'zod';
import { describe, idParam, jsonBody, newRouter, paramsOf, queryOf } from '../core/http.ts';
import { pageQuery } from '../core/paging.ts';
import * as actions from './actions.ts';
import { callCreate, callView, taskCreate, taskPatch, taskQuery, taskView } from './contract.ts';

const tag = 'Work';
const page = (item: z.ZodType) => z.object({ items: z.array(item), nextCursor: z.string().nullable() });

export function dealsRoutes() {
  return newRouter()
    .get(
      '/api/tasks',
      describe({ tag, summary: 'Tasks, the soonest due first', answer: page(taskView) }),
      queryOf(pageQuery.extend(taskQuery.shape)),
      async (c) => c.json(await actions.listTasks(c.var.ctx, c.req.valid('query'))),
    )
    .post(
      '/api/tasks',
      describe({ tag, summary: 'Make a task', status: 201, answer: taskView }),
      jsonBody(taskCreate),
      async (c) => c.json(await actions.createTask(c.var.ctx, c.req.valid('json')), 201),
    )
    .get(
      '/api/tasks/:id',
      describe({ tag, summary: 'One task', answer: taskView }),
      paramsOf(idParam),
      async (c) => c.json(await actions.getTask(c.var.ctx, c.req.valid('param').id)),
    )
    .patch(
      '/api/tasks/:id',
      describe({ tag, summary: 'Change, close (with a result) or reopen a task', answer: taskView }),
      paramsOf(idParam),
      jsonBody(taskPatch),
      async (c) => c.json(await actions.changeTask(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))),
    )
    .get(
      '/api/calls',
      describe({ tag, summary: 'Calls with a contact, the latest first', answer: page(callView) }),
      queryOf(pageQuery.extend({ contactId: z.uuid() })),
      async (c) => c.json(await actions.listCalls(c.var.ctx, c.req.valid('query'))),
    )
    .post(
      '/api/calls',
      describe({ tag, summary: 'Log a call', status: 201, answer: callView }),
      jsonBody(callCreate),
      async (c) => c.json(await actions.logCall(c.var.ctx, c.req.valid('json')), 201),
    );
}
