import { upsertContacts } from '../contacts/index.ts';
import type { ApplyResult, FailedRow, ImportBatch, UpsertInput } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { DomainError, invalid } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import { fail, openDocuments, ordinalOf, writeDocuments } from './actions.import-write.ts';
import type { FlatOptions, Run, Work } from './actions.import-write.ts';
import { resolveProducts } from './actions.products.ts';
import { tellImported } from './actions.tell.ts';
import { lineKind, sameLine, valueOf } from './documents.ts';
import type { DocumentLine } from './documents.ts';
import { rateOf } from './draft.ts';
import { buyerKey, goodRows, groupRows, headOf, rowProblem, sameBuyer } from './flat.ts';
import type { FlatRow, Good, Group, Head } from './flat.ts';
import { linesOf } from './store.documents.ts';

/**
 * Takes a stretch of a flat file. A line's key is (document, place within it): a line that is stored already must say the same
 * and is unchanged; one that is not stored is added. So a document may be spread over the file, the file may come again, and
 * equal rows of one document remain separate lines.
 */
export async function applyOrderLines(
  ctx: Ctx,
  batch: ImportBatch<FlatRow, FlatOptions>,
): Promise<ApplyResult> {
  const run: Run = { ctx, batch, failed: [], productIds: new Map(), created: 0, unchanged: 0 };
  const headed = groupRows(batch.rows, batch.failed, batch.options).flatMap((group) => headGroup(run, group));
  const contacts = await contactsOf(run, headed);
  run.productIds = await productsOf(run, headed);
  const works = headed.map((one) => workOf(one, contacts));
  await openDocuments(run, works);
  numberFailed([...batch.failed, ...run.failed], works);
  for (const work of works) makeLines(run, work);
  await leaveOutStored(run, works);
  await writeDocuments(run, works);
  const touched = works.filter((work) => !work.anonymous && work.lines.length > 0);
  await tellImported(
    ctx,
    batch.importId,
    touched.map((work) => work.contactId),
  );
  return { created: run.created, updated: 0, unchanged: run.unchanged, failed: run.failed };
}

type Headed = { group: Group; rows: Good[]; head: Head; baseRate: string };

/** Settles what the document's rows agree on and refuses those that do not. Empty when none can be taken. */
function headGroup(run: Run, group: Group): Headed[] {
  const { baseCurrency } = run.ctx.config;
  const now = run.ctx.clock.now();
  const all = goodRows(group);
  const head = headOf(all, baseCurrency);
  const rate = all.length === 0 ? '1' : rateOf(head, baseCurrency);
  const rows: Good[] = [];
  for (const good of all) {
    const problem = rate instanceof DomainError ? rate : rowProblem(good.value, head, baseCurrency, now);
    if (problem === null) rows.push(good);
    else fail(run, good.row, problem, { group: group.invoice });
  }
  if (rate instanceof DomainError) return [];
  // A document without a good row keeps its numbering: its failed rows may come back mended.
  return [{ group, rows, head: rows.length === 0 ? head : headOf(rows, baseCurrency), baseRate: rate }];
}

type Buyer = { contactId: string; originId: string };

/** Contacts by buyer, created as needed. A customer seen in several countries is told of once for each, in order of time. */
async function contactsOf(run: Run, headed: readonly Headed[]): Promise<Map<string, Buyer>> {
  const { namespace, source } = run.batch.options;
  const said = new Map<string, { key: string; input: UpsertInput }>();
  for (const { rows } of headed) {
    let last: FlatRow | undefined;
    for (const { value } of rows) {
      if (last !== undefined && sameBuyer(last, value)) continue;
      last = value;
      const key = buyerKey(value);
      if (key === null) continue;
      const { customer, email, name, country, occurredAt } = value;
      const distinct = `${key}\n${country ?? ''}\n${name ?? ''}\n${email ?? ''}`;
      if (said.has(distinct)) continue;
      const externalIds = customer === undefined ? {} : { externalIds: [{ namespace, id: customer }] };
      said.set(distinct, { key, input: { ...externalIds, email, name, country, source, occurredAt } });
    }
  }
  const list = [...said.values()];
  const found = await upsertContacts(
    run.ctx,
    list.map(({ input }) => input),
    { matchBy: ['email'], events: 'none' },
  );
  return new Map(list.flatMap(({ key }, i) => (found[i] === undefined ? [] : [[key, found[i]] as const])));
}

async function productsOf(run: Run, headed: readonly Headed[]): Promise<Map<string, string>> {
  const names = new Map<string, string | null>();
  for (const { group, rows } of headed) {
    for (const { value } of rows) {
      // Corrections of the books carry remarks ("damaged") where sales carry the product's name.
      const sold = group.kind === 'sale' && !value.quantity.startsWith('-');
      names.set(value.product, names.get(value.product) ?? (sold ? (value.description ?? null) : null));
    }
  }
  return resolveProducts(run.ctx, names, () => run.batch.options.unknownProducts === 'create');
}

function workOf(headed: Headed, contacts: ReadonlyMap<string, Buyer>): Work {
  const orderId = newId();
  const buyer = headed.head.buyer === null ? undefined : contacts.get(headed.head.buyer);
  return {
    ...headed,
    orderId,
    contactId: buyer?.contactId ?? orderId,
    originId: buyer?.originId ?? orderId,
    anonymous: buyer === undefined,
    stored: undefined,
    first: 1,
    lines: [],
  };
}

/** Tells failed rows which line of their document they are, so that they find their place when they come back mended. */
function numberFailed(failed: readonly FailedRow[], works: readonly Work[]): void {
  if (failed.length === 0) return;
  const byInvoice = new Map(works.map((work) => [work.group.invoice, work]));
  for (const row of failed) {
    const work = row.group === null || row.line !== null ? undefined : byInvoice.get(row.group);
    if (work !== undefined) row.line = ordinalOf(work, row.row);
  }
}

function makeLines(run: Run, work: Work): void {
  const ordinals = new Map(
    work.group.slots.map((slot, i) => [slot.row, slot.value?.ordinal ?? work.first + i]),
  );
  const seen = new Set<number>();
  for (const { row, value } of work.rows) {
    const ordinal = ordinals.get(row) ?? 0;
    const repeated = `Line ${ordinal} of ${value.invoice} occurs twice in the file.`;
    const line = seen.has(ordinal)
      ? invalid('repeated_line', repeated, 'ordinal')
      : lineOf(run, work, value, ordinal);
    if (line instanceof DomainError) fail(run, row, line, { line: ordinal });
    else work.lines.push({ row, line });
    seen.add(ordinal);
  }
}

function lineOf(run: Run, work: Work, row: FlatRow, ordinal: number): DocumentLine | DomainError {
  const productId = run.productIds.get(row.product);
  if (productId === undefined) return invalid('unknown_product', `No product "${row.product}".`, 'product');
  const value = valueOf(row.quantity, row.unitPrice, work.baseRate);
  if (value === null) {
    return invalid('amount_out_of_range', 'Quantity × price is beyond any real line.', 'unitPrice');
  }
  return {
    ordinal,
    kind: lineKind(work.group.kind, row.quantity, row.unitPrice),
    productId,
    description: row.description ?? null,
    quantity: row.quantity,
    unitPrice: row.unitPrice,
    ...value,
    cost: row.cost ?? null,
  };
}

/** Lines that are stored already are unchanged, or fail when they say something else now. */
async function leaveOutStored(run: Run, works: readonly Work[]): Promise<void> {
  const met = works.flatMap(({ stored, lines }) =>
    stored === undefined || lines.length === 0
      ? []
      : [{ ...stored, fromOrdinal: Math.min(...lines.map(({ line }) => line.ordinal)) }],
  );
  const stored = await linesOf(run.ctx, met);
  for (const work of works) {
    const known = new Map((stored.get(work.orderId) ?? []).map((line) => [line.ordinal, line]));
    if (known.size === 0) continue;
    work.lines = work.lines.filter(({ row, line }) => {
      const before = known.get(line.ordinal);
      if (before === undefined) return true;
      if (sameLine(before, line)) {
        run.unchanged += 1;
      } else {
        const detail = `Line ${line.ordinal} of ${work.group.invoice} is stored with another product, quantity or price.`;
        fail(run, row, invalid('line_changed', detail, 'invoice'), { line: line.ordinal });
      }
      return false;
    });
  }
}
