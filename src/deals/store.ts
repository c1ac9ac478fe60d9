import { and, desc, eq, lt, or, sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import { contact, moveRows, visibleContacts } from '../contacts/index.ts';
import type { Move, TimelineCursor } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { rows } from '../core/db.ts';
import { appUser, teamMembersSql } from '../people/index.ts';
import { call, task } from './schema.ts';

/** All SQL of tasks and calls. */

/** Less the node it was about before a merge, which only merges read. */
export type TaskRow = Omit<typeof task.$inferSelect, 'originId'>;
export type CallRow = typeof call.$inferSelect;
export type ListedTask = TaskRow & { contactName: string | null; assigneeName: string | null };

/** A task is seen by its assignee, and by whoever sees its contact; one about nobody by the assignee's team or all. */
function visibleTasks(ctx: Ctx): SQL {
  const { actor } = ctx;
  if (actor.kind === 'system' || actor.kind === 'apiKey') return sql`true`;
  if (actor.kind !== 'user') return sql`false`;
  if (actor.visibility === 'all') return sql`true`;
  const about = sql`(${contact.contactId} is not null and ${visibleContacts(ctx)})`;
  const colleagues =
    actor.visibility === 'team' ? sql`or ${task.assigneeId} in ${teamMembersSql(ctx)}` : sql``;
  return sql`(${task.assigneeId} = ${actor.id} or ${about} ${colleagues})`;
}

const listed = {
  contactId: task.contactId,
  taskId: task.taskId,
  title: task.title,
  note: task.note,
  assigneeId: task.assigneeId,
  state: task.state,
  dueAt: task.dueAt,
  originalDueAt: task.originalDueAt,
  result: task.result,
  createdBy: task.createdBy,
  createdAt: task.createdAt,
  closedAt: task.closedAt,
  /** What to call them: a contact known by its number alone has no name. */
  contactName: sql<
    string | null
  >`coalesce(nullif(${contact.name}, ''), ${contact.email}, ${contact.phone}, '#' || ${contact.externalId})`,
  assigneeName: appUser.name,
};

const selectTasks = (ctx: Ctx) =>
  ctx.db
    .select(listed)
    .from(task)
    .leftJoin(contact, eq(contact.contactId, task.contactId))
    .leftJoin(appUser, eq(appUser.id, task.assigneeId));

export async function insertTask(ctx: Ctx, row: TaskRow): Promise<void> {
  await ctx.db.insert(task).values(row);
}

/** Puts a task there once; false when it is there. */
export async function insertTaskOnce(ctx: Ctx, row: TaskRow): Promise<boolean> {
  const made = await ctx.db.insert(task).values(row).onConflictDoNothing().returning({ id: task.taskId });
  return made.length > 0;
}

/** Who calls a contact: its owner, else the owner of the installation; null when nobody works here. */
export async function callerOf(ctx: Ctx, contactId: string): Promise<string | null> {
  const [found] = await rows<{ id: string }>(
    ctx.db,
    sql`select u.id from ${appUser} u left join contact c on c.contact_id = ${contactId}::uuid and c.owner_id = u.id
      where u.deactivated_at is null and (c.contact_id is not null or u.role in ('owner', 'head', 'manager'))
      order by c.contact_id is null, array_position(array['owner', 'head', 'manager'], u.role), u.created_at, u.id limit 1`,
  );
  return found?.id ?? null;
}

export async function findTask(ctx: Ctx, taskId: string): Promise<ListedTask | null> {
  const [found] = await selectTasks(ctx).where(and(eq(task.taskId, taskId), visibleTasks(ctx)));
  return found ?? null;
}

/** The same row again, held until the transaction ends. */
export async function lockTask(
  ctx: Ctx,
  found: Pick<TaskRow, 'contactId' | 'taskId'>,
): Promise<TaskRow | null> {
  const [row] = await ctx.db
    .select()
    .from(task)
    .where(and(eq(task.contactId, found.contactId), eq(task.taskId, found.taskId)))
    .for('update');
  return row ?? null;
}

export async function updateTask(ctx: Ctx, row: TaskRow): Promise<void> {
  const { contactId, taskId, ...fields } = row;
  await ctx.db
    .update(task)
    .set(fields)
    .where(and(eq(task.contactId, contactId), eq(task.taskId, taskId)));
}

export async function listTasks(
  ctx: Ctx,
  query: {
    state?: string | undefined;
    overdueAt?: Date | undefined;
    assigneeId?: string | undefined;
    contactId?: string | undefined;
    after: { dueAt: Date; taskId: string } | null;
    limit: number;
  },
): Promise<ListedTask[]> {
  const { after } = query;
  return selectTasks(ctx)
    .where(
      and(
        visibleTasks(ctx),
        query.state === undefined ? undefined : eq(task.state, query.state),
        query.overdueAt === undefined ? undefined : lt(task.dueAt, query.overdueAt),
        query.assigneeId === undefined ? undefined : eq(task.assigneeId, query.assigneeId),
        query.contactId === undefined ? undefined : eq(task.contactId, query.contactId),
        after === null
          ? undefined
          : sql`(${task.dueAt}, ${task.taskId}) > (${after.dueAt.toISOString()}::timestamptz, ${after.taskId}::uuid)`,
      ),
    )
    .orderBy(task.dueAt, task.taskId)
    .limit(query.limit);
}

/** True for a person who can be given work. */
export async function isActivePerson(ctx: Ctx, userId: string): Promise<boolean> {
  const found = await ctx.db
    .select({ id: appUser.id })
    .from(appUser)
    .where(and(eq(appUser.id, userId), sql`${appUser.deactivatedAt} is null`));
  return found.length > 0;
}

/** Whether the actor may know of this contact. */
export async function seesContact(ctx: Ctx, contactId: string): Promise<boolean> {
  const found = await ctx.db
    .select({ id: contact.contactId })
    .from(contact)
    .where(and(eq(contact.contactId, contactId), sql`${contact.mergedInto} is null`, visibleContacts(ctx)));
  return found.length > 0;
}

/** A contact the actor may know of, locked against a merge until the transaction ends. */
export async function holdVisibleContact(ctx: Ctx, contactId: string): Promise<boolean> {
  const found = await ctx.db
    .select({ id: contact.contactId })
    .from(contact)
    .where(and(eq(contact.contactId, contactId), sql`${contact.mergedInto} is null`, visibleContacts(ctx)))
    .for('share');
  return found.length > 0;
}

export async function insertCall(ctx: Ctx, row: CallRow): Promise<void> {
  await ctx.db.insert(call).values(row);
}

export async function listCalls(
  ctx: Ctx,
  contactId: string,
  before: TimelineCursor | null,
  limit: number,
): Promise<CallRow[]> {
  const older =
    before === null
      ? undefined
      : or(
          lt(call.occurredAt, before.occurredAt),
          and(eq(call.occurredAt, before.occurredAt), lt(call.callId, before.id)),
        );
  return ctx.db
    .select()
    .from(call)
    .where(and(eq(call.contactId, contactId), older))
    .orderBy(desc(call.occurredAt), desc(call.callId))
    .limit(limit);
}

/** Tasks of the card's timeline, by the moment they were made. */
export async function tasksBefore(
  ctx: Ctx,
  contactId: string,
  before: TimelineCursor,
  limit: number,
): Promise<TaskRow[]> {
  return ctx.db
    .select()
    .from(task)
    .where(
      and(
        eq(task.contactId, contactId),
        sql`(${task.createdAt}, ${task.taskId}) < (${before.occurredAt.toISOString()}::timestamptz, ${before.id}::uuid)`,
      ),
    )
    .orderBy(desc(task.createdAt), desc(task.taskId))
    .limit(limit);
}

/** Tasks and calls follow the person they were about. */
export async function moveWork(ctx: Ctx, moves: readonly Move[]): Promise<void> {
  await moveRows(ctx, moves, { table: 'task', sparse: true });
  await moveRows(ctx, moves, { table: 'call' });
}
