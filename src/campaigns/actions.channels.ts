import { visibleContacts } from '../contacts/index.ts';
import { authorise, may } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { notFound } from '../core/errors.ts';
import { channelsFor } from './channels/index.ts';
import { CHANNELS } from './contract.channel.ts';
import type { ChannelList, ChannelName } from './contract.channel.ts';
import { smsIncomingUrl } from './events/actions.sms.incoming.ts';
import { telegramLink } from './events/actions.telegram.ts';
import { findRecipient } from './store.recipients.ts';

/** What has to be set in the environment for a channel to have a provider; a call needs none. */
const SETTINGS: Readonly<Record<ChannelName, string>> = {
  email: 'SMTP_URL',
  sms: 'SMS_URL',
  telegram: 'TELEGRAM_BOT_TOKEN',
  push: 'PUSH_CONTACT',
  webhook: 'WEBHOOK_URL, WEBHOOK_SECRET',
  call: '',
};

export function listChannels(ctx: Ctx): ChannelList {
  authorise(ctx, 'campaigns:read');
  const channels = channelsFor(ctx);
  return {
    items: CHANNELS.map((channel) => ({
      channel,
      provider: channels[channel].name,
      setting: SETTINGS[channel],
      hook: hookOf(ctx, channel, channels[channel].name),
    })),
  };
}

/** The telegram bot is told of its address by ourselves; reports of an SMS have an address of their own each. */
function hookOf(ctx: Ctx, channel: ChannelName, provider: string): string | null {
  // The address of what comes in by SMS is a secret: who has it can say "stop" for anybody.
  if (channel === 'sms' && provider === 'sms' && may(ctx, 'keys:write')) return smsIncomingUrl(ctx);
  return provider === 'sendgrid' ? `${ctx.config.publicUrl}/v1/hooks/sendgrid` : null;
}

/** The address at which this contact opens the bot and is known by it; null where there is no bot. 404 for an unseen contact. */
export async function telegramLinkOf(ctx: Ctx, contactId: string): Promise<{ url: string | null }> {
  authorise(ctx, 'contacts:read');
  if ((await findRecipient(ctx, contactId, visibleContacts(ctx))) === undefined)
    throw notFound('contact', contactId);
  return { url: telegramLink(ctx, contactId) };
}
