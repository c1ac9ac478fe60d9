import type { Ctx } from '../../core/ctx.ts';
import type { DomainError } from '../../core/errors.ts';
import type { SharedKey } from '../../core/idempotency.ts';
import type { Buyer } from './actions.buyer.ts';
import type { CommitInput, AskedCart, ReserveInput, SaleInput, SaleView } from './contract.ts';
import type { SalePlace, SaleRow } from './store.ts';

/** A sale on its way through a batch. */

export type Manner = { kind: 'reserve'; ttlS: number } | { kind: 'sell'; status: 'placed' | 'paid' };

/** What somebody asks for. `same`: nothing else with one of these keys is carried out in the same transaction. */
export type Wish = { ctx: Ctx; same: readonly string[] } & (
  | {
      kind: 'begin';
      input: ReserveInput | SaleInput;
      how: Manner;
      /** What is kept of the input. */
      request: AskedCart;
      inputHash: string;
      occurredAt: Date;
    }
  | {
      kind: 'commit';
      saleId: string;
      input: CommitInput;
      /** Of its cart, once somebody has looked. */
      lines?: number;
    }
);

/** Of a batch: some 80 sales of a few lines, or one of the largest. Beyond this a sale costs hardly less, and everybody waits longer. */
export const MAX_SIZE = 1_000;
/** What a sale costs whatever its lines, in lines. */
const SALE_SIZE = 10;

export const sizeOf = (wish: Wish): number =>
  SALE_SIZE + (wish.kind === 'begin' ? wish.request.lines.length : (wish.lines ?? 0));

/** later: what it waits for is in this batch. apart: it needs a transaction of its own. */
export type Verdict =
  | { is: 'done'; view: SaleView }
  | { is: 'refused'; error: DomainError }
  | { is: 'later' }
  | { is: 'apart' };

/** A reservation that becomes a sale: the row as it will stand. */
export type Sold = { row: SaleRow; holdKey: string | null; status: 'placed' | 'paid' };
/** What a sale that is taken anew was promised; `explain` words what stands against it now. */
export type Renewed = { fingerprint: string | undefined; explain(error: unknown): unknown };

/** What is known of it so far, step by step. */
export type Work = {
  readonly wish: Wish;
  /** The transaction, by whoever asks. */
  readonly ctx: Ctx;
  readonly isAlone: boolean;
  /** The request's Idempotency-Key, claimed in this transaction. */
  claimed?: SharedKey;
  buyer?: Buyer;
  /** Of a contact just made. */
  originId?: string;
  place?: SalePlace | undefined;
  /** The buyer's contact, locked. */
  held?: string;
  /** The sale as it is stored. */
  row?: SaleRow;
  sold?: Sold;
  promise?: Renewed;
  /** It has left something in the transaction. */
  hasWritten?: boolean;
  verdict?: Verdict;
};

/** In a transaction of its own a sale that failed among others may go through, or is told why not. */
export class Apart extends Error {
  constructor() {
    super('the sales have to be carried out one by one');
    this.name = 'Apart';
  }
}
