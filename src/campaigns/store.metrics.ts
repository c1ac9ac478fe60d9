import { sql } from '../core/sql.ts';
import { rows } from '../core/db.ts';
import type { Metric } from '../core/metrics.ts';

/** Messages that wait, are on their way or are in doubt; the rest stand in the reports. */
export const messagesMetric: Metric = {
  name: 'messages_open',
  help: 'Messages waiting to be sent, on their way, or whose delivery is unknown',
  labels: ['state'],
  collect: async (ctx) => {
    const counted = await rows<{ state: string; value: number }>(
      ctx.db,
      sql`
      select 'waiting' as state, count(*)::int as value from message where state in ('planned', 'retry')
      union all select 'sending', count(*)::int from message where state = 'sending'
      union all select 'unknown', count(*)::int from message where state = 'unknown'`,
    );
    return counted.map(({ state, value }) => ({ labels: { state }, value }));
  },
};
