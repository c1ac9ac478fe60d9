import { z } from 'zod';
import { requiredText, text } from '../core/text.ts';

const MAX_TITLE = 300;
const MAX_RESULT = 5_000;
/** A call longer than a day is a typing error. */
const MAX_CALL_S = 86_400;

const instant = z.iso.datetime();

/** `overdue` is open and past its due time; it follows from the moment of asking and is not stored. */
const TASK_FILTERS = ['open', 'overdue', 'done', 'cancelled'] as const;
const TASK_STATES = ['open', 'done', 'cancelled'] as const;

export const taskCreate = z
  .object({
    title: requiredText(MAX_TITLE),
    note: text(MAX_RESULT).nullish(),
    dueAt: instant,
    contactId: z.uuid().nullish(),
    /** Default: whoever makes the task. */
    assigneeId: text(100).nullish(),
  })
  .meta({ id: 'TaskInput' });
export type TaskCreate = z.output<typeof taskCreate>;

/** Closing needs a result: what came of it. Moving `dueAt` leaves the original deadline as it was. */
export const taskPatch = z
  .object({
    title: requiredText(MAX_TITLE).optional(),
    note: text(MAX_RESULT).nullish(),
    dueAt: instant.optional(),
    assigneeId: requiredText(100).optional(),
    state: z.enum(TASK_STATES).optional(),
    result: requiredText(MAX_RESULT).optional(),
  })
  .refine((patch) => (patch.state !== 'done' && patch.state !== 'cancelled') || patch.result !== undefined, {
    error: 'closing a task needs a result',
    path: ['result'],
  })
  .meta({ id: 'TaskPatch' });
export type TaskPatch = z.output<typeof taskPatch>;

export const taskView = z
  .object({
    id: z.uuid(),
    title: z.string(),
    note: z.string().nullable(),
    contactId: z.uuid().nullable(),
    contactName: z.string().nullable(),
    assigneeId: z.string(),
    assigneeName: z.string().nullable(),
    state: z.enum(TASK_STATES),
    overdue: z.boolean(),
    dueAt: instant,
    originalDueAt: instant,
    result: z.string().nullable(),
    createdAt: instant,
    closedAt: instant.nullable(),
  })
  .meta({ id: 'Task' });
export type TaskView = z.output<typeof taskView>;

export const taskQuery = z.object({
  state: z.enum(TASK_FILTERS).optional(),
  mine: z.stringbool().optional(),
  contactId: z.uuid().optional(),
});

const CALL_DIRECTIONS = ['in', 'out'] as const;
const CALL_OUTCOMES = ['reached', 'no_answer', 'busy', 'voicemail', 'wrong_number', 'call_back'] as const;

export const callCreate = z
  .object({
    contactId: z.uuid(),
    direction: z.enum(CALL_DIRECTIONS),
    outcome: z.enum(CALL_OUTCOMES),
    durationS: z.number().int().min(0).max(MAX_CALL_S).nullish(),
    note: text(MAX_RESULT).nullish(),
    /** Default: now. */
    occurredAt: instant.optional(),
  })
  .meta({ id: 'CallInput' });
export type CallCreate = z.output<typeof callCreate>;

export const callView = z
  .object({
    id: z.uuid(),
    contactId: z.uuid(),
    direction: z.enum(CALL_DIRECTIONS),
    outcome: z.enum(CALL_OUTCOMES),
    durationS: z.number().int().nullable(),
    note: z.string().nullable(),
    userName: z.string(),
    occurredAt: instant,
  })
  .meta({ id: 'Call' });
export type CallView = z.output<typeof callView>;
