import { audit } from '../core/audit.ts';
import { authorise, inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { conflict, invalid, notFound } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import { cursorId, cursorInstant, decodeCursor, toPage } from '../core/paging.ts';
import type { Page } from '../core/paging.ts';
import type { CallCreate, CallView, TaskCreate, TaskPatch, TaskView } from './contract.ts';
import * as store from './store.ts';
import type { CallRow, ListedTask, TaskRow } from './store.ts';

export async function createTask(ctx: Ctx, input: TaskCreate): Promise<TaskView> {
  authorise(ctx, 'contacts:write');
  const now = ctx.clock.now();
  const taskId = newId();
  await inTx(ctx, async (tx) => {
    const contactId = input.contactId ?? null;
    if (contactId !== null && !(await store.holdVisibleContact(tx, contactId)))
      throw notFound('contact', contactId);
    const assigneeId = await assignee(tx, input.assigneeId ?? ctx.actor.id);
    const dueAt = new Date(input.dueAt);
    await store.insertTask(tx, {
      contactId: contactId ?? taskId,
      taskId,
      title: input.title,
      note: input.note ?? null,
      assigneeId,
      state: 'open',
      dueAt,
      originalDueAt: dueAt,
      result: null,
      createdBy: ctx.actor.id,
      createdAt: now,
      closedAt: null,
    });
    await audit(tx, {
      action: 'task.created',
      entity: 'task',
      entityId: taskId,
      details: { title: input.title, assigneeId },
    });
  });
  return getTask(ctx, taskId);
}

export async function getTask(ctx: Ctx, taskId: string): Promise<TaskView> {
  authorise(ctx, 'contacts:read');
  const found = await store.findTask(ctx, taskId);
  if (found === null) throw notFound('task', taskId);
  return taskViewOf(found, ctx.clock.now());
}

/** Changes, closes or reopens a task. A closed one keeps its result until it is opened again. */
export async function changeTask(ctx: Ctx, taskId: string, patch: TaskPatch): Promise<TaskView> {
  authorise(ctx, 'contacts:write');
  await inTx(ctx, async (tx) => {
    const found = await store.findTask(tx, taskId);
    const row = found === null ? null : await store.lockTask(tx, found);
    if (row === null) throw notFound('task', taskId);
    if (row.state !== 'open' && patch.state !== 'open')
      throw conflict('task_closed', 'The task is closed; open it again first.', 'state');
    if (patch.assigneeId !== undefined) await assignee(tx, patch.assigneeId);
    await store.updateTask(tx, changed(row, patch, tx.clock.now()));
    await audit(tx, { action: 'task.changed', entity: 'task', entityId: taskId, details: patch });
  });
  return getTask(ctx, taskId);
}

function changed(row: TaskRow, patch: TaskPatch, now: Date): TaskRow {
  const closes = patch.state === 'done' || patch.state === 'cancelled';
  return {
    ...row,
    title: patch.title ?? row.title,
    note: patch.note === undefined ? row.note : patch.note,
    dueAt: patch.dueAt === undefined ? row.dueAt : new Date(patch.dueAt),
    assigneeId: patch.assigneeId ?? row.assigneeId,
    state: patch.state ?? row.state,
    result: closes ? (patch.result ?? null) : patch.state === 'open' ? null : row.result,
    closedAt: closes ? now : patch.state === 'open' ? null : row.closedAt,
  };
}

async function assignee(ctx: Ctx, userId: string): Promise<string> {
  if (await store.isActivePerson(ctx, userId)) return userId;
  throw invalid(
    'unknown_assignee',
    'Tasks are given to people who work here; name one as assigneeId.',
    'assigneeId',
  );
}

export async function listTasks(
  ctx: Ctx,
  query: {
    state?: string | undefined;
    mine?: boolean | undefined;
    contactId?: string | undefined;
    limit: number;
    cursor?: string | undefined;
  },
): Promise<Page<TaskView>> {
  authorise(ctx, 'contacts:read');
  const now = ctx.clock.now();
  const overdue = query.state === 'overdue';
  const found = await store.listTasks(ctx, {
    state: overdue ? 'open' : query.state,
    overdueAt: overdue ? now : undefined,
    assigneeId: query.mine === true ? ctx.actor.id : undefined,
    contactId: query.contactId,
    after: cursorOf(query.cursor),
    limit: query.limit + 1,
  });
  const page = toPage(found, query.limit, (row) => [row.dueAt.toISOString(), row.taskId]);
  return { items: page.items.map((row) => taskViewOf(row, now)), nextCursor: page.nextCursor };
}

function cursorOf(cursor: string | undefined): { dueAt: Date; taskId: string } | null {
  if (cursor === undefined) return null;
  const [dueAt, taskId] = decodeCursor(cursor, 2);
  return { dueAt: cursorInstant(dueAt), taskId: cursorId(taskId) };
}

export async function logCall(ctx: Ctx, input: CallCreate): Promise<CallView> {
  authorise(ctx, 'contacts:write');
  const now = ctx.clock.now();
  const occurredAt = input.occurredAt === undefined ? now : new Date(input.occurredAt);
  if (occurredAt > now)
    throw invalid('call_in_future', 'A call that is still to come is a task.', 'occurredAt');
  const row: CallRow = {
    contactId: input.contactId,
    occurredAt,
    callId: newId(),
    direction: input.direction,
    outcome: input.outcome,
    durationS: input.durationS ?? null,
    note: input.note ?? null,
    userId: ctx.actor.id,
    userName: ctx.actor.name,
    recordedAt: now,
    originId: input.contactId,
  };
  await inTx(ctx, async (tx) => {
    if (!(await store.holdVisibleContact(tx, input.contactId))) throw notFound('contact', input.contactId);
    await store.insertCall(tx, row);
    await audit(tx, {
      action: 'call.logged',
      entity: 'call',
      entityId: row.callId,
      details: { contactId: input.contactId, outcome: input.outcome },
    });
  });
  return callViewOf(row);
}

export async function listCalls(
  ctx: Ctx,
  query: { contactId: string; limit: number; cursor?: string | undefined },
): Promise<Page<CallView>> {
  authorise(ctx, 'contacts:read');
  if (!(await store.seesContact(ctx, query.contactId))) throw notFound('contact', query.contactId);
  const after = cursorOf(query.cursor);
  const before = after === null ? null : { occurredAt: after.dueAt, id: after.taskId };
  const found = await store.listCalls(ctx, query.contactId, before, query.limit + 1);
  const page = toPage(found, query.limit, (row) => [row.occurredAt.toISOString(), row.callId]);
  return { items: page.items.map(callViewOf), nextCursor: page.nextCursor };
}

export function callViewOf({ callId, occurredAt, ...row }: CallRow): CallView {
  return {
    id: callId,
    contactId: row.contactId,
    direction: row.direction === 'in' ? 'in' : 'out',
    outcome: row.outcome as CallView['outcome'],
    durationS: row.durationS,
    note: row.note,
    userName: row.userName,
    occurredAt: occurredAt.toISOString(),
  };
}

function taskViewOf(row: ListedTask, now: Date): TaskView {
  return {
    id: row.taskId,
    title: row.title,
    note: row.note,
    contactId: row.contactId === row.taskId ? null : row.contactId,
    contactName: row.contactName,
    assigneeId: row.assigneeId,
    assigneeName: row.assigneeName,
    state: row.state as TaskView['state'],
    overdue: row.state === 'open' && row.dueAt < now,
    dueAt: row.dueAt.toISOString(),
    originalDueAt: row.originalDueAt.toISOString(),
    result: row.result,
    createdAt: row.createdAt.toISOString(),
    closedAt: row.closedAt?.toISOString() ?? null,
  };
}
