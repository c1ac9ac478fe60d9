import { and, asc, eq, sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import { andVisible, contact } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, hotRows, rows } from '../../core/db.ts';
import { priceList } from '../../orders/index.ts';
import { personCategory, personCategoryAssignment, personalDiscount } from './schema.ts';
import { isoOf, orNull } from './store.values.ts';

export type CategoryRow = typeof personCategory.$inferSelect;
export type AssignmentRow = typeof personCategoryAssignment.$inferSelect;
export type PersonalRow = typeof personalDiscount.$inferSelect;

const MAX_CATEGORIES = 500;
/** Of one contact; nobody has so many. */
const MAX_SHOWN = 500;

export async function insertCategory(ctx: Ctx, row: CategoryRow): Promise<void> {
  await ctx.db.insert(personCategory).values(row);
}

export async function updateCategory(ctx: Ctx, row: CategoryRow): Promise<boolean> {
  const changed = await ctx.db
    .update(personCategory)
    .set(row)
    .where(and(eq(personCategory.categoryId, row.categoryId), eq(personCategory.version, row.version - 1)))
    .returning({ version: personCategory.version });
  return changed.length > 0;
}

export async function findCategory(ctx: Ctx, categoryId: string): Promise<CategoryRow | undefined> {
  const [found] = await ctx.db.select().from(personCategory).where(eq(personCategory.categoryId, categoryId));
  return found;
}

export async function listCategories(ctx: Ctx): Promise<CategoryRow[]> {
  return ctx.db
    .select()
    .from(personCategory)
    .orderBy(asc(personCategory.createdAt), asc(personCategory.categoryId))
    .limit(MAX_CATEGORIES);
}

/** False when the contact has a request for this category waiting. */
export async function insertAssignment(ctx: Ctx, row: AssignmentRow): Promise<boolean> {
  const made = await ctx.db.insert(personCategoryAssignment).values(row).onConflictDoNothing().returning();
  return made.length > 0;
}

export async function insertPersonal(ctx: Ctx, row: PersonalRow): Promise<void> {
  await ctx.db.insert(personalDiscount).values(row);
}

export type Decision = Pick<
  AssignmentRow,
  'state' | 'validFrom' | 'validUntil' | 'decidedBy' | 'decidedName' | 'decidedAt' | 'reason'
>;

/** Writes a decision; the row was locked when it was read. */
export async function decideAssignment(ctx: Ctx, row: AssignmentRow, decision: Decision): Promise<void> {
  await ctx.db
    .update(personCategoryAssignment)
    .set(decision)
    .where(
      and(
        eq(personCategoryAssignment.contactId, row.contactId),
        eq(personCategoryAssignment.assignmentId, row.assignmentId),
      ),
    );
}

export async function decidePersonal(ctx: Ctx, row: PersonalRow, decision: Decision): Promise<void> {
  await ctx.db
    .update(personalDiscount)
    .set(decision)
    .where(
      and(eq(personalDiscount.contactId, row.contactId), eq(personalDiscount.discountId, row.discountId)),
    );
}

export async function lockAssignment(
  ctx: Ctx,
  contactId: string,
  assignmentId: string,
): Promise<AssignmentRow | undefined> {
  const [found] = await ctx.db
    .select()
    .from(personCategoryAssignment)
    .where(
      and(
        eq(personCategoryAssignment.contactId, contactId),
        eq(personCategoryAssignment.assignmentId, assignmentId),
      ),
    )
    .for('update');
  return found;
}

export async function lockPersonal(
  ctx: Ctx,
  contactId: string,
  discountId: string,
): Promise<PersonalRow | undefined> {
  const [found] = await ctx.db
    .select()
    .from(personalDiscount)
    .where(and(eq(personalDiscount.contactId, contactId), eq(personalDiscount.discountId, discountId)))
    .for('update');
  return found;
}

/** `needs` tells whether what is asked for has to be approved by another person than who asked. */
const decidedOf = (
  ctx: Ctx,
  needs: SQL,
): SQL => sql`t.contact_id as "contactId", c.name as "contactName", t.state, t.valid_from as "validFrom",
  t.valid_until as "validUntil", t.requested_name as "requestedBy", t.requested_at as "requestedAt",
  (t.state = 'requested' and t.requested_by = ${ctx.actor.id} and ${needs}) as "needsAnother", t.decided_name as "decidedBy", t.decided_at as "decidedAt", t.reason`;

export type DecidedRow = {
  id: string;
  contactId: string;
  contactName: string | null;
  state: string;
  validFrom: Date;
  validUntil: Date | null;
  requestedBy: string;
  needsAnother: boolean;
  requestedAt: Date;
  decidedBy: string | null;
  decidedAt: Date | null;
  reason: string;
};
type RawDecided = Omit<DecidedRow, 'validFrom' | 'validUntil' | 'requestedAt' | 'decidedAt'> & {
  validFrom: string;
  validUntil: string | null;
  requestedAt: string;
  decidedAt: string | null;
};
export type AssignmentDetails = DecidedRow & {
  categoryId: string;
  categoryName: string;
  proof: string;
  proofRef: string | null;
};
export type PersonalDetails = DecidedRow & { percent: string; note: string };

const dated = <T extends RawDecided>(row: T) => ({
  ...row,
  validFrom: dateOf(row.validFrom),
  validUntil: orNull(row.validUntil),
  requestedAt: dateOf(row.requestedAt),
  decidedAt: orNull(row.decidedAt),
});

type Place = { at: Date; id: string } | null;
/** Approved and not over at `now`; of one category, and of those that end before a moment, where these are given. */
type Current = { now: Date; categoryId?: string; endsBefore?: Date };
/** Whose; which wait for a decision from a place on, oldest first; or which hold or will, the soonest to end first. */
export type Which =
  | { contactId: string }
  | { after: Place; limit: number }
  | { current: Current; after: Place; limit: number };

/** Where what never ends stands in a list by ends. */
export const FOR_GOOD = new Date('9999-01-01T00:00:00Z');
const ENDS = sql`coalesce(t.valid_until, ${isoOf(FOR_GOOD)}::timestamptz)`;

const asked = (ctx: Ctx, which: Which, id: SQL): SQL => {
  if ('contactId' in which)
    return sql`t.contact_id = ${which.contactId}::uuid order by t.requested_at desc, ${id} desc limit ${MAX_SHOWN}`;
  if ('current' in which) return currentOf(ctx, which, id);
  const after =
    which.after === null
      ? sql``
      : sql` and (t.requested_at, ${id}) > (${isoOf(which.after.at)}::timestamptz, ${which.after.id}::uuid)`;
  return sql`t.state = 'requested'${after}${andVisible(ctx, sql`t.contact_id`)}
    order by t.requested_at, ${id} limit ${which.limit}`;
};

function currentOf(ctx: Ctx, { current, after, limit }: Extract<Which, { current: Current }>, id: SQL): SQL {
  const { now, categoryId, endsBefore } = current;
  return sql.join(
    [
      sql`t.state = 'approved' and ${ENDS} > ${isoOf(now)}::timestamptz`,
      categoryId === undefined ? sql`` : sql`and t.category_id = ${categoryId}::uuid`,
      endsBefore === undefined ? sql`` : sql`and ${ENDS} < ${isoOf(endsBefore)}::timestamptz`,
      after === null
        ? sql``
        : sql`and (${ENDS}, ${id}) > (${isoOf(after.at)}::timestamptz, ${after.id}::uuid)`,
      sql`${andVisible(ctx, sql`t.contact_id`)} order by ${ENDS}, ${id} limit ${limit}`,
    ],
    sql` `,
  );
}

export async function assignments(ctx: Ctx, which: Which): Promise<AssignmentDetails[]> {
  const found = await rows<
    RawDecided & Pick<AssignmentDetails, 'categoryId' | 'categoryName' | 'proof' | 'proofRef'>
  >(
    ctx.db,
    sql`select t.assignment_id as id, ${decidedOf(ctx, sql`k.review = 'other'`)}, t.category_id as "categoryId", k.name as "categoryName", t.proof,
        t.proof_ref as "proofRef"
      from ${personCategoryAssignment} t join ${personCategory} k on k.category_id = t.category_id
      join ${contact} c on c.contact_id = t.contact_id
      where ${asked(ctx, which, sql`t.assignment_id`)}`,
  );
  return found.map(dated);
}

export async function personals(ctx: Ctx, which: Which): Promise<PersonalDetails[]> {
  const found = await rows<RawDecided & Pick<PersonalDetails, 'percent' | 'note'>>(
    ctx.db,
    sql`select t.discount_id as id, ${decidedOf(ctx, sql`true`)}, t.percent, t.note
      from ${personalDiscount} t join ${contact} c on c.contact_id = t.contact_id
      where ${asked(ctx, which, sql`t.discount_id`)}`,
  );
  return found.map(dated);
}

const inForce = (now: Date): SQL =>
  sql`t.state = 'approved' and t.valid_from <= ${isoOf(now)}::timestamptz
    and (t.valid_until is null or t.valid_until > ${isoOf(now)}::timestamptz)`;
const of = (contactIds: readonly string[]): SQL =>
  sql`t.contact_id = any(${`{${contactIds.join(',')}}`}::uuid[])`;

export type InForce = {
  contactId: string;
  /** A person category, or a personal discount. */
  kind: 'category' | 'personal';
  id: string;
  /** Of a personal discount. */
  percent: string | null;
};

/** The person categories and personal discounts in force of these contacts. */
export async function inForceOf(ctx: Ctx, contactIds: readonly string[], now: Date): Promise<InForce[]> {
  return hotRows<InForce>(
    ctx.db,
    sql`
    select distinct t.contact_id as "contactId", 'category' as kind, t.category_id as id,
      null::text as percent
    from ${personCategoryAssignment} t
    join ${personCategory} k on k.category_id = t.category_id and k.state = 'active'
    where ${of(contactIds)} and ${inForce(now)}
    union all
    select t.contact_id, 'personal', t.discount_id, t.percent from ${personalDiscount} t
    where ${of(contactIds)} and ${inForce(now)}
    order by 1, 2, 3`,
  );
}

export type Sizes = { holders: number; waiting: number };

/** How many hold each category now, and how many wait for a decision. */
export async function categorySizes(ctx: Ctx, now: Date): Promise<Map<string, Sizes>> {
  const found = await rows<Sizes & { categoryId: string }>(
    ctx.db,
    sql`select t.category_id as "categoryId",
        count(distinct t.contact_id) filter (where ${inForce(now)})::int as holders,
        count(*) filter (where t.state = 'requested')::int as waiting
      from ${personCategoryAssignment} t group by t.category_id`,
  );
  return new Map(found.map(({ categoryId, ...sizes }) => [categoryId, sizes]));
}

/** Who holds a category, in force or to come. */
export async function holdersOf(ctx: Ctx, categoryId: string): Promise<string[]> {
  const found = await rows<{ id: string }>(
    ctx.db,
    sql`select distinct contact_id as id from ${personCategoryAssignment}
      where category_id = ${categoryId}::uuid and state = 'approved' order by 1`,
  );
  return found.map(({ id }) => id);
}

/** The price lists that are for people of these categories, by category. */
export async function priceListsOf(
  ctx: Ctx,
  categoryIds: readonly string[],
): Promise<Map<string, NamedList[]>> {
  const found = await rows<NamedList & { categoryId: string }>(
    ctx.db,
    sql`select c.id as "categoryId", l.price_list_id as id, l.name
      from unnest(${`{${categoryIds.join(',')}}`}::text[]) c(id)
      join ${priceList} l on c.id = any(l.person_categories) and l.state = 'active' order by l.created_at, l.price_list_id`,
  );
  const lists = Map.groupBy(found, ({ categoryId }) => categoryId);
  return new Map([...lists].map(([id, own]) => [id, own.map((list) => ({ id: list.id, name: list.name }))]));
}
export type NamedList = { id: string; name: string };
