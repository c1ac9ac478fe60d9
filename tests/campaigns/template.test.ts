import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createTemplate,
  getTemplate,
  templates,
  updateTemplateTexts,
} from '../../src/campaigns/actions.templates.ts';
import { asksOf } from '../../src/campaigns/actions.frame.ts';
import { previewTemplate } from '../../src/campaigns/actions.preview.ts';
import { seedTemplates } from '../../src/campaigns/actions.seed.ts';
import { templateInput, templatePreviewInput } from '../../src/campaigns/contract.template.ts';
import { renderMessage } from '../../src/campaigns/frame.ts';
import type { Frame, Person } from '../../src/campaigns/frame.ts';
import { compileSource } from '../../src/campaigns/template.compile.ts';
import { compileRenderer } from '../../src/campaigns/template.render.ts';
import { DomainError } from '../../src/core/errors.ts';
import { campaignWorld } from './world.ts';
import type { World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await campaignWorld();
});
afterAll(() => world.close());

const mjml = (body: string): string =>
  `<mjml><mj-body><mj-section><mj-column>\n${body}\n</mj-column></mj-section></mj-body></mjml>`;
const source = (change: Partial<{ subject: string; mjml: string; text: string }>) => ({
  subject: 'News',
  mjml: mjml('<mj-text>Hello</mj-text>'),
  text: 'Hello',
  ...change,
});

const WAY_OUT = {
  mjml: mjml('<mj-text><a href="{{links.unsubscribe}}">Unsubscribe</a></mj-text>'),
  text: 'Unsubscribe: {{links.unsubscribe}}',
};

async function refusalOf(input: unknown): Promise<DomainError> {
  try {
    await createTemplate(world.ctx, templateInput.parse(input));
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error('it was saved');
}

describe('what cannot be meant is refused when it is saved', () => {
  const faultsOf = async (change: Parameters<typeof source>[0]): Promise<string[]> => {
    const compiled = await compileSource(source(change));
    return compiled.ok
      ? []
      : compiled.faults.map(({ part, line, code, name }) => `${part}:${line} ${code} ${name ?? ''}`.trim());
  };

  test.each<[string, Parameters<typeof source>[0], string]>([
    [
      'an unknown variable',
      { text: 'a\nb {{contact.surname}}' },
      'text:2 template_unknown_variable contact.surname',
    ],
    [
      'an unknown variable in MJML',
      { mjml: mjml('<mj-text>\n{{contct.name}}</mj-text>') },
      'mjml:3 template_unknown_variable contct.name',
    ],
    ['an unknown helper', { subject: '{{upper shop.name}}' }, 'subject:1 template_unknown_helper upper'],
    [
      'a helper of Handlebars that is not ours',
      { text: '{{lookup contact "name"}}' },
      'text:1 template_unknown_helper lookup',
    ],
    ['too few arguments', { text: '{{money 5}}' }, 'text:1 template_arguments money'],
    [
      'a value that may be missing',
      { text: 'Dear {{contact.givenName}}' },
      'text:1 template_may_be_empty contact.givenName',
    ],
    [
      'a missing object',
      { text: '{{contact.lastProduct.name}}' },
      'text:1 template_may_be_empty contact.lastProduct.name',
    ],
    ['output that is not escaped', { text: '{{{shop.name}}}' }, 'text:1 template_unescaped'],
    ['a partial', { text: '{{> footer}}' }, 'text:1 template_unsupported'],
    [
      'the prototype',
      { text: '{{contact.constructor}}' },
      'text:1 template_unknown_variable contact.constructor',
    ],
    [
      'the prototype’s own name',
      { text: '{{contact.__proto__}}' },
      'text:1 template_unknown_variable contact.__proto__',
    ],
    [
      'a list where a value belongs',
      { text: '{{campaign.products}}' },
      'text:1 template_not_a_value campaign.products',
    ],
    [
      'a loop over no list',
      { text: '{{#each contact.name}}x{{/each}}' },
      'text:1 template_not_a_list contact.name',
    ],
    [
      'a variable of the outside in a loop',
      { text: '{{#each campaign.products}}{{shop.name}}{{/each}}' },
      'text:1 template_unknown_variable shop.name',
    ],
    ['a block that is not closed', { text: 'a\n{{#if coupon}}' }, 'text:2 template_syntax'],
    [
      'a link that a contact’s data could bend',
      { mjml: mjml('<mj-button href="https://x.example/{{contact.id}}">x</mj-button>') },
      'mjml:2 template_link',
    ],
    [
      'a script in a link',
      { mjml: mjml('<mj-text><a href="{{contact.city}}">x</a></mj-text>') },
      'mjml:2 template_link',
    ],
    [
      'a variable in a style',
      { mjml: mjml('<mj-text><p style="color:{{shop.name}}">x</p></mj-text>') },
      'mjml:2 template_place',
    ],
    ['a wrong MJML element', { mjml: mjml('<mj-foo />') }, 'mjml:2 template_mjml'],
    ['a file taken in', { mjml: mjml('<mj-include path="/etc/passwd" />') }, 'mjml:2 template_mjml'],
    ['a script', { mjml: mjml('<mj-raw>\n<script>x</script></mj-raw>') }, 'mjml:3 template_script'],
    [
      'an event handler',
      { mjml: mjml('<mj-text><a title="on = 1" onclick="x()">a</a></mj-text>') },
      'mjml:2 template_script',
    ],
    [
      'a link that runs',
      { mjml: mjml('<mj-button href="javascript:alert(1)">a</mj-button>') },
      'mjml:2 template_script',
    ],
    [
      'a link that runs, in disguise',
      { mjml: mjml('<mj-text><a href=" java&#115;\tcript&colon;x">a</a></mj-text>') },
      'mjml:2 template_script',
    ],
    ['a picture of the disk', { mjml: mjml('<mj-image src="file:///etc/x" />') }, 'mjml:2 template_script'],
    ['no MJML', { mjml: 'Hello' }, 'mjml:1 template_mjml'],
    [
      'blocks nested beyond reason',
      { text: '{{#if coupon}}'.repeat(20_000) + '{{/if}}'.repeat(20_000) },
      'text:1 template_too_deep',
    ],
  ])('%s', async (_what, change, expected) => {
    expect(await faultsOf(change)).toContain(expected);
  });

  test('the answer is a 422 that names language, part, line and variable, and nothing is saved', async () => {
    const before = (await templates(world.ctx)).length;
    const refused = await refusalOf({
      key: 'broken',
      name: 'Broken',
      purpose: 'informational',
      variants: [{ locale: 'en', ...source({ text: 'fine\n{{contact.givenNam}}' }) }],
    });
    expect(refused).toMatchObject({ status: 422, code: 'template_invalid', at: 'en.text.2' });
    expect(refused.detail).toContain('line 2: unknown variable contact.givenNam; did you mean "givenName"?');
    expect((await templates(world.ctx)).length).toBe(before);
  });

  test('what is guarded or has a default is fine', async () => {
    const text =
      '{{default contact.givenName "friend"}} {{#if contact.city}}{{contact.city}}{{else}}-{{/if}} ' +
      '{{#unless contact.country}}-{{else}}{{contact.country}}{{/unless}} {{default (date contact.lastOrderAt) "-"}}';
    expect(
      await faultsOf({ text: text.replace('(date contact.lastOrderAt)', 'contact.lastOrderAt') }),
    ).toEqual([]);
    expect(
      await faultsOf({
        text: '{{#each campaign.products}}{{@index}} {{name}} {{@root.shop.name}} {{../campaign.name}}{{/each}}',
      }),
    ).toEqual([]);
  });
});

describe('the way out', () => {
  test.each([
    ['HTML', { text: WAY_OUT.text }, 'en.mjml.3'],
    ['plain text', { mjml: WAY_OUT.mjml }, 'en.text.1'],
  ])('a marketing mail that cannot be unsubscribed from in its %s is refused', async (_part, change, at) => {
    for (const purpose of ['informational', 'activation']) {
      const refused = await refusalOf({
        key: 'no-way-out',
        name: 'No way out',
        purpose,
        variants: [{ locale: 'en', ...source(change) }],
      });
      expect(refused).toMatchObject({ status: 422, code: 'template_invalid', at });
      expect(refused.issues).toMatchObject([{ code: 'template_no_unsubscribe' }]);
    }
  });
});

describe('versions', () => {
  test('an edit makes a new version; what the folder ships does not overwrite an edit', async () => {
    const { ctx } = world;
    const made = await createTemplate(ctx, {
      key: 'mine',
      name: 'Mine',
      purpose: 'informational',
      variants: [{ locale: 'en', sample: {}, ...source(WAY_OUT) }],
    });
    const changed = await updateTemplateTexts(ctx, made.id, {
      variants: [
        { locale: 'en', sample: {}, ...source({ ...WAY_OUT, subject: 'Other' }) },
        { locale: 'ru', sample: {}, ...source({ ...WAY_OUT, subject: 'Другое' }) },
      ],
    });
    expect(changed).toMatchObject({ version: 2, locales: ['en', 'ru'] });
    const shipped = (await templates(ctx)).find(({ key }) => key === 'newsletter');
    const id = shipped?.id ?? '';
    const edited = {
      ...ctx,
      actor: { kind: 'user', id: 'u', name: 'u', role: 'owner', teamId: null, visibility: 'all' },
    } as const;
    await updateTemplateTexts(edited, id, { variants: [{ locale: 'en', sample: {}, ...source(WAY_OUT) }] });
    await seedTemplates(ctx);
    expect((await getTemplate(ctx, id)).variants[0]?.subject).toBe('News');
  });
});

async function frameOf(parts: Parameters<typeof source>[0]): Promise<Frame> {
  const compiled = await compileSource(source(parts));
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.faults));
  const variant = {
    locale: 'en',
    uses: compiled.uses,
    render: compileRenderer({ ...source(parts), html: compiled.html }),
    fixedLinks: compiled.uses.urls.map((_, i) => i + 1),
  };
  return {
    campaignId: 'c',
    channel: 'email',
    name: 'Campaign',
    purpose: 'informational',
    couponCampaignId: null,
    segmentId: null,
    priority: 0,
    atBestTime: false,
    offerEnds: null,
    templateVersion: 1,
    content: {},
    variants: new Map([['en', variant]]),
    defaultLocale: 'en',
    links: new Map([['main', 0]]),
    products: [],
    sender: { name: 'Shop', address: null, url: 'https://shop.example', logoUrl: null },
    from: 'Shop <a@example.com>',
    couponTerms: null,
    asks: asksOf([compiled]),
    numberLinks: async () => () => 0,
    timeZone: 'UTC',
  };
}

describe('rendering', () => {
  const person: Person = {
    contactId: '00000000-0000-7000-8000-000000000001',
    name: 'P',
    givenName: null,
    familyName: null,
    email: 'p@example.com',
    phone: null,
    city: null,
    country: null,
    locale: null,
    timeZone: null,
    attributes: {},
  };
  const links = {
    open: () => 'https://m/o',
    click: (_ref: unknown, no: number) => `https://m/c${no}`,
    unsubscribe: () => 'https://m/u',
    preferences: () => 'https://example.com/p/x',
  };
  const render = async (parts: Parameters<typeof source>[0], change: Partial<Person> = {}) =>
    renderMessage(await frameOf(parts), links, {
      person: { ...person, ...change },
      about: undefined,
      coupon: null,
      ref: { messageId: 'm', contactId: person.contactId },
      now: new Date('2026-03-01T00:00:00Z'),
    });

  test('a contact’s data is never code: not as template, not as HTML, not as a header', async () => {
    const evil = '{{shop.name}}<img src=x onerror=alert(1)>"\r\nBcc: all@example.com';
    const parts = {
      subject: 'Hi {{default contact.givenName "friend"}}',
      mjml: mjml('<mj-text>{{default contact.givenName "x"}}</mj-text>'),
      text: '{{default contact.givenName "x"}}',
    };
    const made = await render(parts, { givenName: evil });
    expect(made.html).toContain('{{shop.name}}&lt;img src&#x3D;x onerror&#x3D;alert(1)&gt;&quot;');
    expect(made.html).not.toContain('<img src=x');
    expect(made.subject).toBe('Hi {{shop.name}}<img src=x onerror=alert(1)>" Bcc: all@example.com');
    expect(made.text).toContain('{{shop.name}}');
  });

  test('attributes are plain values: objects, prototypes and megabytes do not get through', async () => {
    const parts = {
      text: '{{default contact.attributes.plan "none"}}|{{default contact.attributes.toString "none"}}',
    };
    expect((await render(parts, { attributes: { plan: { a: 1 } } })).text).toBe('none|none');
    expect((await render(parts, { attributes: { plan: 7 } })).text).toBe('7|none');
    const long = await render(parts, { attributes: { plan: 'x'.repeat(1_000_000) } });
    expect(long.text.length).toBeLessThan(3_000);
  });

  test('fixed and named links lead through the click counter, the pixel is in, headers allow one-click', async () => {
    const made = await render({
      mjml: mjml(
        '<mj-button href="https://a.example/?x=1&amp;y=2">a</mj-button><mj-button href="{{links.main}}">b</mj-button>' +
          '<mj-text><a href="mailto:me@example.com">c</a> <a href="{{links.unsubscribe}}">d</a></mj-text>',
      ),
    });
    const hrefs = [...made.html.matchAll(/href="([^"]+)"/g)].map((found) => found[1]);
    expect(hrefs).toEqual(['https://m/c1', 'https://m/c0', 'mailto:me@example.com', 'https://m/u']);
    expect(made.html).toContain('<img src="https://m/o"');
    expect(made.headers).toEqual({
      'List-Unsubscribe': '<https://m/u>',
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    });
  });

  test.each([
    ['en', 1, 'order'],
    ['en', 2, 'orders'],
  ])('plural in %s of %i', async (_locale, count, expected) => {
    const frame = await frameOf({ text: '{{plural contact.ordersCount "order" "orders"}}' });
    const made = renderMessage(frame, links, {
      person,
      about: {
        bought: { ordersCount: count, lastOrderAt: null, lastProduct: null, favouriteCategory: null },
      },
      coupon: null,
      ref: { messageId: 'm', contactId: person.contactId },
      now: new Date('2026-03-01T00:00:00Z'),
    });
    expect(made.text).toBe(expected);
  });

  test('Russian plurals take three forms', () => {
    const text = '{{plural contact.ordersCount "заказ" "заказа" "заказов"}}';
    const renderer = compileRenderer({ subject: 's', html: 'h', text });
    const of = (ordersCount: number): string =>
      renderer({ variables: { contact: { ordersCount } }, system: {}, locale: 'ru', timeZone: 'UTC' }).text;
    expect([1, 2, 4, 5, 11, 21, 22, 111].map(of)).toEqual([
      'заказ',
      'заказа',
      'заказа',
      'заказов',
      'заказов',
      'заказ',
      'заказа',
      'заказов',
    ]);
  });

  test('the shipped templates preview with their samples in each language', async () => {
    const { ctx } = world;
    for (const { id, purpose, key } of await templates(ctx)) {
      if (key === 'mine') continue;
      for (const variant of (await getTemplate(ctx, id)).variants) {
        const shown = await previewTemplate(ctx, templatePreviewInput.parse({ purpose, variant }));
        expect(shown.locale).toBe(variant.locale);
        expect(shown.html).toMatch(/#unsubscribe|Hello|shop\.example\.com\/confirm/);
        expect(`${shown.subject}${shown.html}${shown.text}`).not.toMatch(/\{\{|undefined|null/);
      }
    }
  });
});
