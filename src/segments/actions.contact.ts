import { authorise } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import type { ContactSegments } from './contract.ts';
import { segmentsOf } from './store.contact.ts';

/** Which segments a contact is in now, for the contact's card. */
export async function contactSegments(ctx: Ctx, contactId: string): Promise<ContactSegments> {
  authorise(ctx, 'segments:read');
  authorise(ctx, 'contacts:read');
  const found = await segmentsOf(ctx, contactId);
  return {
    items: found.map(({ id, name, kind, since }) => ({
      id,
      name,
      kind: kind === 'static' ? 'static' : 'dynamic',
      since: since.toISOString(),
    })),
  };
}
