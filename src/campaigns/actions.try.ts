import { authorise, inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { audit } from '../core/audit.ts';
import { DomainError, forbidden, invalid } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import { addMs, HOUR_MS } from '../core/time.ts';
import { fromHeader, senderOf } from './actions.frame.ts';
import { previewTemplate } from './actions.preview.ts';
import { channelsFor } from './channels/index.ts';
import type { Channels, MailMessage } from './channels/contract.ts';
import type { TrySendInput, TrySent } from './contract.template.ts';
import { activeAddress, holdTester, triesSince } from './store.try.ts';

/** Enough to try every language in every mail program, and no way to flood a colleague. */
const MOST_AN_HOUR = 30;
const ACTION = 'template.tried';

/**
 * Sends a text that need not be saved to an address of the installation's own people, as the sample person or a contact would get it:
 * no coupon is issued, nothing is counted, links lead straight to where they lead. 422 `try_address`: nobody here has it; 429
 * `try_limit`; 502 `try_failed` with the provider's word.
 */
export async function sendTry(
  ctx: Ctx,
  input: TrySendInput,
  channels: Channels = channelsFor(ctx),
): Promise<TrySent> {
  authorise(ctx, 'campaigns:write');
  const { actor } = ctx;
  if (actor.kind !== 'user') throw forbidden('Tests are sent by people, to an address of their own.');
  const { to: wanted, ...tried } = input;
  if (tried.channel !== 'email')
    throw invalid('try_channel', 'Only mails can be tried by sending.', 'channel');
  const to = await activeAddress(ctx, wanted === undefined ? { id: actor.id } : { email: wanted });
  if (to === undefined) throw invalid('try_address', 'None of the people here has this address.', 'to');
  const shown = await previewTemplate(ctx, tried);
  const message: MailMessage = {
    id: newId(),
    contactId: newId(),
    campaignId: newId(),
    attempt: 1,
    channel: 'email',
    to,
    locale: shown.locale,
    couponCode: null,
    from: fromHeader(ctx.config.mailFrom, (await senderOf(ctx)).name),
    subject: `[${shown.locale.startsWith('ru') ? 'Проба' : 'Test'}] ${shown.subject}`,
    // What a preview may show, mail programs do not.
    html: shown.html.replaceAll(/ src="data:[^"]*"/g, ' src=""'),
    text: shown.text,
    headers: { 'X-Otklik-Test': '1' },
  };
  // Written before it goes: what was sent is known whatever happens next.
  await inTx(ctx, async (tx) => {
    await holdTester(tx, actor.id);
    if (
      (await triesSince(tx, {
        action: ACTION,
        actorId: actor.id,
        since: addMs(ctx.clock.now(), -HOUR_MS),
      })) >= MOST_AN_HOUR
    )
      throw new DomainError({
        code: 'try_limit',
        status: 429,
        detail: `${MOST_AN_HOUR} tests an hour are enough: wait a little.`,
      });
    const details = { to, locale: shown.locale, contactId: tried.contactId ?? null };
    await audit(tx, { action: 'template.tried', entity: 'template', entityId: message.id, details });
  });
  const channel = channels.email;
  const [outcome] = await channel.send([message], () => true);
  if (outcome?.kind === 'accepted') return { to, provider: channel.name };
  const said =
    outcome === undefined || outcome.kind === 'untried'
      ? 'not tried'
      : `${outcome.reason}: ${outcome.detail}`;
  throw new DomainError({ code: 'try_failed', status: 502, detail: `The mail was not taken: ${said}.` });
}
