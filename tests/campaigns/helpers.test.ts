import { assert, nat, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileSource } from '../../src/campaigns/template.compile.ts';
import { compileRenderer } from '../../src/campaigns/template.render.ts';
import { HELPERS } from '../../src/campaigns/template.variables.ts';
import { formFor } from '../../src/campaigns/template.words.ts';
import { checkSource } from '../../src/campaigns/template.check.ts';

/** Helpers of templates, without a database. */

const VARIABLES = {
  contact: { ordersCount: 3, givenName: 'Alice' },
  order: { totalMinor: 4_990, currency: 'GBP' },
  points: { until: new Date('2026-12-24T22:30:00Z'), expiring: 2 },
  coupon: {
    code: 'WELCOME-7K2M',
    value: '15%',
    minOrder: '£20.00',
    validUntil: new Date('2026-12-24T00:00:00Z'),
  },
  loyalty: {
    program: 'Club',
    balance: 1_250,
    standing: { name: 'Silver', next: 'Gold', measure: 'points', missing: 300, share: 70, currency: 'GBP' },
  },
  recommended: [
    {
      name: 'Tea <b>& more</b>',
      priceMinor: 1_480,
      currency: 'GBP',
      imageUrl: null,
      link: 'https://m/1?a=1&b="2"',
      because: null,
    },
    { name: 'Cup', priceMinor: null, currency: 'GBP', imageUrl: null, link: 'https://m/2', because: null },
  ],
};

const run = (text: string, locale = 'en-GB', variables: Record<string, unknown> = VARIABLES) =>
  compileRenderer({ subject: '', html: text, text })({
    variables,
    system: {},
    locale,
    timeZone: 'Europe/Moscow',
  });

const faultsOf = (text: string, about = {}): string[] =>
  checkSource(text, true, {}, about).faults.map(({ line, code, name }) => `${line} ${code} ${name}`);

describe('what helpers make', () => {
  test.each([
    ['{{money order.totalMinor order.currency}}', 'en-GB', '£49.90'],
    ['{{money order.totalMinor order.currency}}', 'ru', '49,90 £'],
    ['{{date points.until}}', 'en-GB', '25 December 2026'],
    ['{{date points.until "day"}}', 'ru', 'пятница, 25 декабря'],
    ['{{date points.until "time"}}', 'ru', '01:30'],
    ['{{points loyalty.balance}}', 'en-GB', '1,250 points'],
    ['{{points points.expiring}}', 'ru', '2 балла'],
    ['{{plural contact.ordersCount "заказ" "заказа" "заказов"}}', 'ru', 'заказа'],
    ['{{tierProgress loyalty.standing}}', 'en-GB', '300 points to Gold\n[#######---] 70%'],
    ['{{tierProgress loyalty.standing}}', 'ru', '300 баллов до уровня «Gold»\n[#######---] 70%'],
    [
      '{{couponCard coupon}}',
      'en-GB',
      '15%: WELCOME-7K2M\nValid until 24 December 2026\nFor orders from £20.00',
    ],
    ['{{products recommended 1}}', 'en-GB', '* Tea <b>& more</b> — £14.80\n  https://m/1?a=1&b="2"'],
  ])('%s in %s', (source, locale, expected) => {
    expect(run(source, locale).text.replaceAll('\u00a0', ' ')).toBe(expected);
  });

  test('in HTML whatever a value holds stays a value', () => {
    const { html } = run(
      '{{products recommended}}{{couponCard coupon}}{{tierProgress loyalty.standing}}',
      'en',
      {
        ...VARIABLES,
        coupon: { ...VARIABLES.coupon, code: '"><script>' },
        loyalty: { ...VARIABLES.loyalty, standing: { ...VARIABLES.loyalty.standing, next: '<i>$&' } },
      },
    );
    expect(html).toContain('Tea &lt;b&gt;&amp; more&lt;/b&gt;');
    expect(html).toContain('href="https://m/1?a&#x3D;1&amp;b&#x3D;&quot;2&quot;"');
    expect(html).toContain('&quot;&gt;&lt;script&gt;');
    expect(html).toContain('300 points to &lt;i&gt;$&amp;');
    expect(html).not.toMatch(/<b>|<script|<i>/);
  });

  test('a Russian number takes its form, also a fraction', () => {
    const forms = ['балл', 'балла', 'баллов'];
    const of = (count: number) => formFor('ru', count, forms);
    expect([1, 21, 2, 34, 5, 11, 12, 100, 1.5].map(of)).toEqual([
      'балл',
      'балл',
      'балла',
      'балла',
      'баллов',
      'баллов',
      'баллов',
      'баллов',
      'балла',
    ]);
    assert(property(nat(), (n) => of(n) === of((n % 100) + 100)));
  });
});

describe('what is used wrongly is said when the template is saved', () => {
  test.each([
    ['a\n{{upper contact.name}}', '2 template_unknown_helper upper'],
    ['{{money "ten" "GBP"}}', '1 template_arguments money'],
    ['{{money 5 "pounds"}}', '1 template_arguments money'],
    ['{{date contact.ordersCount}}', '1 template_arguments date'],
    ['{{#if points}}{{date points.until "soon"}}{{/if}}', '1 template_may_be_empty points.until'],
    ['{{points contact.city}}', '1 template_may_be_empty contact.city'],
    ['{{points shop.name}}', '1 template_arguments points'],
    ['{{products contact}}', '1 template_arguments products'],
    ['{{products recommended 99}}', '1 template_arguments products'],
    ['{{products campaign.prodcts}}', '1 template_unknown_variable campaign.prodcts'],
    ['{{tierProgress loyalty.standing}}', '1 template_may_be_empty loyalty.standing'],
    ['{{#if loyalty}}{{tierProgress loyalty}}{{/if}}', '1 template_arguments tierProgress'],
    ['<a title="{{products recommended}}">x</a>', '1 template_place products'],
    ['{{couponCard (default contact.city "x")}}', '1 template_arguments couponCard'],
  ])('%s', (source, expected) => {
    expect(faultsOf(source)).toContain(expected);
  });

  test('a language has its number of forms, a subject has no blocks', () => {
    const two = '{{plural contact.ordersCount "a" "b"}}';
    expect(faultsOf(two, { locale: 'ru' })).toEqual(['1 template_arguments plural']);
    expect(faultsOf(two, { locale: 'en' })).toEqual([]);
    expect(faultsOf('{{products recommended}}', { oneLine: true })).toEqual(['1 template_place products']);
  });

  test('every example that the editor offers can be saved as it is, in MJML and as a text', async () => {
    for (const [name, { example }] of Object.entries(HELPERS)) {
      const mjml = `<mjml><mj-body><mj-section><mj-column><mj-text>{{#if points.until}}${example}{{/if}}</mj-text></mj-column></mj-section></mj-body></mjml>`;
      const text = `{{#if points.until}}${example}{{/if}}`;
      const made = await compileSource({ subject: 's', mjml, text, locale: 'en' });
      expect(made, name).toMatchObject({ ok: true });
    }
  });
});
