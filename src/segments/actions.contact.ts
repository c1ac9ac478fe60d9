import { authorise } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { notFound } from '../core/errors.ts';
import type { ContactSegments } from './contract.ts';
import { contactIsVisible, segmentsOf } from './store.contact.ts';

/** Which segments a contact is in now, for the contact's card. 404 for one the asker may not see. */
export async function contactSegments(ctx: Ctx, contactId: string): Promise<ContactSegments> {
  authorise(ctx, 'segments:read');
  authorise(ctx, 'contacts:read');
  if (!(await contactIsVisible(ctx, contactId))) throw notFound('contact', contactId);
  const found = await segmentsOf(ctx, contactId);
  return {
    items: found.map(({ id, name, kind, since }) => ({
      id,
      name,
      kind: kind === 'static' ? 'static' : 'dynamic',
      since: since.toISOString(),
    })),
    asOf: ctx.clock.now().toISOString(),
  };
}
