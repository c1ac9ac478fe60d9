import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';

/**
 * Coupons in people's hands as they stand at `now`, for questions such as "holds a coupon in state S": rows
 * (contact_id, coupon_id, coupon_campaign_id, state, issued_at, valid_until, used_at). One whose end has passed is expired, whether or
 * not the job has run. Found by contact through the table's own key.
 */
export function couponsByContact(now: Date): SQL {
  const at = sql`${now.toISOString()}::timestamptz`;
  return sql`(
    select contact_id, coupon_id, coupon_campaign_id,
      case when state in ('issued', 'held') and valid_until <= ${at} then 'expired' else state end as state,
      issued_at, valid_until, used_at
    from coupon where contact_id <> coupon_id)`;
}
