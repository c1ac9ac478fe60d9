import type { ChannelName, TemplateInput, TemplateVariant, TemplateView } from '../../api/templates.ts';

/** What is being written: the texts as the API takes them. */
export type Draft = Pick<TemplateInput, 'key' | 'name' | 'purpose'> & {
  channel: ChannelName;
  variants: TemplateVariant[];
};

const WORDS = {
  en: { hello: 'Hello', friend: 'friend', see: 'See what is new', leave: 'Unsubscribe', subject: 'News' },
  ru: { hello: 'Здравствуйте', friend: 'друг', see: 'Посмотреть', leave: 'Отписаться', subject: 'Новости' },
};

/** A short mail that may be sent as it is: a greeting, a button, the way out. */
export function freshVariant(locale: string, channel: ChannelName = 'email'): TemplateVariant {
  const words = locale.startsWith('ru') ? WORDS.ru : WORDS.en;
  const name = `{{default contact.givenName "${words.friend}"}}`;
  if (channel !== 'email') {
    const link = channel === 'sms' ? ` ${words.see}: {{links.main}}` : '';
    const leave =
      channel === 'sms' ? ` ${words.leave}: STOP` : channel === 'telegram' ? `\n\n${words.leave}: /stop` : '';
    const subject = channel === 'sms' ? '' : channel === 'telegram' ? words.see : words.subject;
    return { locale, subject, mjml: '', text: `${words.hello}, ${name}!${link}${leave}`, sample: {} };
  }
  return {
    locale,
    subject: words.subject,
    mjml: `<mjml>
  <mj-body background-color="#f4f3f0">
    <mj-section background-color="#ffffff">
      <mj-column>
        <mj-text font-size="18px">${words.hello}, ${name}!</mj-text>
        <mj-button href="{{links.main}}">${words.see}</mj-button>
        <mj-text font-size="12px" color="#6b7280">
          {{shop.name}} · <a href="{{links.unsubscribe}}">${words.leave}</a>
        </mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>`,
    text: `${words.hello}, ${name}!\n\n${words.see}: {{links.main}}\n\n${words.leave}: {{links.unsubscribe}}`,
    sample: {},
  };
}

export const freshDraft = (locale: string): Draft => ({
  key: '',
  name: '',
  channel: 'email',
  purpose: 'informational',
  variants: [freshVariant(locale)],
});

export const draftOf = ({ key, name, channel, purpose, variants }: TemplateView): Draft => ({
  key,
  name,
  channel,
  purpose,
  variants: variants.map(({ uses: _uses, ...variant }) => variant),
});

/** "Spring sale!" → "spring-sale"; a name without Latin letters gets a key of its own. */
export function keyOf(name: string, random: string): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '');
  return plain.length < 2 ? `template-${random}` : plain.slice(0, 60);
}
