import type { AddressInfo } from 'node:net';
import type { MailMessage } from '../../src/campaigns/channels/contract.ts';

/** What the tests of the channels hand over, and what they hand it to. */

export const always = (): boolean => true;
export const idOf = (n: number): string => `11111111-1111-8111-a111-${n.toString(16).padStart(12, '0')}`;

export function mail(n: number, change: Partial<MailMessage> = {}): MailMessage {
  return {
    id: idOf(n),
    contactId: '00000000-0000-7000-8000-000000000001',
    campaignId: '22222222-2222-7222-8222-222222222222',
    attempt: 1,
    channel: 'email',
    from: '"Лист" <hello@shop.example>',
    to: `person${n}@example.com`,
    locale: 'ru',
    couponCode: null,
    subject: 'Привет, "friend"',
    html: '<p>Hello, мир</p>',
    text: 'Hello, мир',
    headers: {
      'List-Unsubscribe': '<https://mail.example.com/u/x>',
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
    ...change,
  };
}

/** The port it listens on. */
export const listen = (server: {
  listen(port: number, host: string, done: () => void): unknown;
  address(): unknown;
}): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
