/**
 * What was priced is not there any more by the time it is taken: another order was faster. The transaction is carried out again, as
 * after a deadlock, and prices anew.
 */
export class PricedAnew extends Error {
  /** PostgreSQL's code for a transaction that could not be ordered with another one. */
  readonly code = '40001';
  constructor() {
    super('the sale has to be priced anew');
    this.name = 'PricedAnew';
  }
}
