import type { Rate } from '../../core/rate.ts';

/** How often a form may be posted. */

/** People behind one address of an office fill in a form in turn; a script does not wait. */
export const PER_ADDRESS: Rate = { burst: 20, perSecond: 10 / 60 };
/** A form on the front page of a busy shop. */
export const PER_FORM: Rate = { burst: 600, perSecond: 20 };
