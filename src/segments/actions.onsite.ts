import type { OnsiteAudience } from '../tracking/index.ts';
import { contactsMatching } from './actions.query.ts';
import { findSegment } from './store.ts';

/** Tells which of the segments that messages on pages ask for a visitor is in. One that was deleted has nobody. */
export const segmentAudience: OnsiteAudience = {
  exists: async (ctx, segmentId) => (await findSegment(ctx, segmentId)) !== undefined,
  of: async (ctx, contactId, segmentIds) => {
    const found = await Promise.all(segmentIds.map((segmentId) => findSegment(ctx, segmentId)));
    const live = found.flatMap((one) => one?.segment.segmentId ?? []);
    const rules = new Map(live.map((segmentId) => [segmentId, { type: 'segment' as const, segmentId }]));
    const matching = await contactsMatching(ctx, rules, [contactId]);
    return new Set(live.filter((segmentId) => matching.get(segmentId)?.has(contactId) === true));
  },
};
