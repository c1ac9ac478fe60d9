import { registerEraser, registerMergeMover, registerTimelineSource } from '../contacts/index.ts';
import { registerOrderKinds } from './actions.kinds.ts';
import { registerPriceKind } from './actions.price-lists-import.ts';
import { ordersTimeline, returnsTimeline } from './actions.read.ts';
import { orderEraser } from './store.erase.ts';
import { moveOrders } from './store.merge.ts';

export { followOrders, REFUNDED_SUFFIX } from './actions.follow.ts';
export type { FollowUp } from './actions.follow.ts';
export { placeOrders } from './actions.place.ts';
export type { OrderToPlace } from './actions.place.ts';
export { rateOf } from './draft.ts';
export { categoryIdsByCode } from './store.catalogue.ts';
export { loadPriceLists } from './actions.price-lists.ts';
export { ordersRoutes } from './routes.ts';
export { category, orders, priceList, priceListChange, product, saleFact } from './schema.ts';

/** Makes the module's part of other modules known: import kinds, the card's timeline, merges. */
export function registerOrders(): void {
  registerOrderKinds();
  registerPriceKind();
  registerTimelineSource(ordersTimeline);
  registerTimelineSource(returnsTimeline);
  registerMergeMover({ name: 'orders', move: moveOrders });
  registerEraser(orderEraser);
}
