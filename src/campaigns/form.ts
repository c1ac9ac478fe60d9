import type { MailMessage, OutMessage } from './channels/contract.ts';
import type { Frame, Person, Rendered } from './frame.ts';

type Base = Omit<MailMessage, 'channel' | 'from' | 'subject' | 'html' | 'text' | 'headers'>;

/** The rendered texts in the form of their channel. Pure. */
export function formOf(
  frame: Pick<Frame, 'channel' | 'from' | 'name'>,
  base: Base,
  rendered: Rendered,
  person: Person,
): OutMessage {
  const { subject, html, text, headers, url } = rendered;
  const { channel } = frame;
  switch (channel) {
    case 'email':
      return { ...base, channel, from: frame.from, subject, html, text, headers };
    case 'sms':
      return { ...base, channel, text };
    case 'telegram':
      return { ...base, channel, text, button: subject === '' ? null : { text: subject, url } };
    case 'push':
      return { ...base, channel, title: subject, text, url };
    case 'call':
      return { ...base, channel, title: subject, text };
    case 'webhook':
    default:
      return { ...base, channel: 'webhook', body: webhookBody(frame, base, rendered, person) };
  }
}

/** What another system is told: who, what, where to lead them. */
function webhookBody(
  frame: Pick<Frame, 'name'>,
  { id, contactId, campaignId, couponCode }: Base,
  { subject, text, url, locale }: Rendered,
  person: Person,
): Record<string, unknown> {
  return {
    type: 'campaign.message',
    data: {
      messageId: id,
      campaign: { id: campaignId, name: frame.name },
      contact: { id: contactId, name: person.name, email: person.email, phone: person.phone },
      title: subject,
      text,
      url,
      locale,
      couponCode,
    },
  };
}
