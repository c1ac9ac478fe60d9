import { createHmac } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rows } from '../../src/core/db.ts';
import { browserMissing, watch } from '../support/browser.ts';
import { until } from '../support/until.ts';
import { AGENT, call, messageIds, openShop, outgoing, ready, stored } from './snippet.world.ts';
import type { Shop, Source } from './snippet.world.ts';

const missing = await browserMissing();
const title = missing === undefined ? 'the snippet in a page' : `the snippet in a page (skipped: ${missing})`;

describe.skipIf(missing !== undefined)(title, () => {
  let shop: Shop;
  let source: Source;

  beforeAll(async () => {
    shop = await openShop();
    source = await shop.source();
  });
  afterAll(() => shop?.close());

  test('one line tells each page view with its page, campaign, click ids and what kind of browser it is, without a preflight', async () => {
    shop.put('/landing', { head: source.line });
    const visitor = await shop.visitor();
    const page = await visitor.newPage();
    const seen = watch(page);
    await page.goto(
      '/landing?utm_source=news&utm_medium=email&utm_campaign=spring&gclid=abc&reset_token=t0p',
      {
        referer: 'https://search.example.com/',
      },
    );
    const [fact] = await source.stored('Page Viewed');
    expect(fact).toMatchObject({
      type: 'page',
      bot: false,
      properties: { path: '/landing', title: 'Page /landing' },
      context: {
        campaign: { source: 'news', medium: 'email', name: 'spring' },
        clickIds: { gclid: 'abc' },
        page: { path: '/landing', referrer: 'https://search.example.com/' },
        userAgent: AGENT,
        locale: 'en-GB',
        library: { name: 'otklik.js', version: source.snippet.version },
      },
    });
    expect(JSON.stringify(fact)).not.toContain('t0p');
    expect(shop.preflights).toEqual([]);
    expect(seen.complaints).toEqual([]);
    await visitor.close();
  });

  test('pages of a single-page site are told by pushState, replaceState and back, each once, with the page before as referrer', async () => {
    const own = await shop.source();
    shop.put('/app', { head: own.line });
    const visitor = await shop.visitor();
    const page = await visitor.newPage();
    await page.goto('/app');
    await ready(page);
    await page.evaluate(`history.pushState({}, '', '/app/list'); document.title = 'List'`);
    await own.stored('Page Viewed', 2);
    await page.evaluate(
      `history.replaceState({}, '', '/app/list'); history.replaceState({}, '', '/app/item?id=1')`,
    );
    await own.stored('Page Viewed', 3);
    await page.goBack();
    const facts = await own.stored('Page Viewed', 4);
    expect(facts.map(({ properties }) => properties['path'])).toEqual([
      '/app',
      '/app/list',
      '/app/item',
      '/app',
    ]);
    expect(facts[1]?.properties).toMatchObject({ title: 'List', referrer: `${shop.url}/app` });
    await visitor.close();
  });

  test('links to other sites, downloads, mail and phone are told; a link within the site is a page view and no more', async () => {
    const own = await shop.source();
    shop.put('/links', {
      head: own.line,
      body: `<a id="out" target="_blank" href="http://127.0.0.1:9/partner?token=secret"><b>Partner</b></a>
        <a id="file" href="/price-list.pdf?x=1" download>Prices</a>
        <a id="mail" href="mailto:sales@example.com">Mail</a>
        <a id="in" href="/somewhere">In</a>`,
    });
    const visitor = await shop.visitor();
    const page = await visitor.newPage();
    await page.goto('/links');
    await ready(page);
    await page.click('#out b');
    await page.click('#file');
    await page.click('#mail');
    await page.click('#in');
    const clicked = await own.stored('Link Clicked', 2);
    const [file] = await own.stored('File Downloaded');
    expect(clicked.map(({ properties }) => properties)).toEqual([
      { url: 'http://127.0.0.1:9/partner', text: 'Partner', kind: 'outbound' },
      { url: 'mailto:sales@example.com', text: 'Mail', kind: 'mailto' },
    ]);
    expect(file?.properties).toEqual({
      url: `${shop.url}/price-list.pdf`,
      text: 'Prices',
      extension: 'pdf',
    });
    await visitor.close();
  });

  test('a marked form becomes an identify with what was typed as email, name and phone; never a password, a card or another form', async () => {
    const own = await shop.source('data-forms=".lead"');
    const fields = (id: string) => `
      <input name="email" type="email" value="ana@example.com">
      <input name="first_name" value="Ana"><input name="phone" type="tel" value="+351 912 345 678">
      <input name="pw" type="password" value="hunter2"><input name="card_name" value="ANA CARD">
      <input autocomplete="cc-number" name="number" value="4111111111111111"><input name="note" value="private words">
      <button id="${id}">Send</button>`;
    shop.put('/forms', {
      head: own.line,
      body: `<form id="search-form" action="/find?q=1" target="f1">${fields('other')}</form>
        <form name="lead" class="lead" action="/thanks" target="f2">${fields('lead')}</form><iframe name="f1"></iframe><iframe name="f2"></iframe>`,
    });
    const visitor = await shop.visitor();
    const sent = outgoing(visitor, shop.api);
    const page = await visitor.newPage();
    await page.goto('/forms');
    await ready(page);
    await page.click('#other');
    await page.click('#lead');
    const forms = await own.stored('Form Submitted', 2);
    const identified = await own.stored('Identified');
    expect(forms.map(({ properties }) => properties)).toMatchObject([
      { formId: 'search-form', action: '/find', captured: false },
      { formName: 'lead', captured: true },
    ]);
    expect(identified).toHaveLength(1);
    expect(identified[0]?.properties).toEqual({
      email: 'ana@example.com',
      firstName: 'Ana',
      phone: '+351 912 345 678',
    });
    for (const secret of ['hunter2', 'ANA CARD', '4111', 'private words'])
      expect(sent.join()).not.toContain(secret);
    await visitor.close();
  });

  test('a form that posts to Otklik itself is told of by the server alone', async () => {
    const own = await shop.source();
    const host = new URL(/src="([^"]+)"/.exec(own.line)?.[1] ?? '').origin;
    shop.put('/own-form', {
      head: own.line,
      body: `<form id="hosted" action="${host}/f/${'0'.repeat(8)}" method="post" target="f1"><button id="post">Send</button></form>
        <form id="plain" action="/f/" target="f2"><input name="action" value="x"><button id="other">Send</button></form>
        <iframe name="f1"></iframe><iframe name="f2"></iframe>`,
    });
    const visitor = await shop.visitor();
    const page = await visitor.newPage();
    await page.goto('/own-form');
    await ready(page);
    await page.click('#post');
    await page.click('#other');
    const forms = await own.stored('Form Submitted');
    expect(forms.map(({ properties }) => properties['formId'])).toEqual(['plain']);
    await visitor.close();
  });

  test('calls made before the file has arrived are worked off in order; e-commerce calls have the names of the Segment specification', async () => {
    const own = await shop.source();
    shop.put('/product', {
      head: `${own.snippet.inlineLoader}<script>
        otklik('productViewed', { product_id: 'TEA-01', price: 12.5 });
        otklik('addToCart', { product_id: 'TEA-01', quantity: 2 });
        const early = window.otklik;
        otklik('onReady', (o) => { document.title = o.getAnonymousId(); });
        </script>${own.line}`,
    });
    const visitor = await shop.visitor();
    const page = await visitor.newPage();
    await page.goto('/product');
    await ready(page);
    await page.evaluate(
      `const round = {}; round.round = round; otklik.track('Round', round); otklik('nothing');
       early('checkoutStarted', { order_id: 'o1' }); otklik.orderCompleted({ order_id: 'o1', total: 25, currency: 'EUR', products: [] });
       otklik.removeFromCart({ product_id: 'TEA-01' }); otklik.addToWishlist({ product_id: 'TEA-01' })`,
    );
    await own.stored('Product Added to Wishlist');
    const names = (await own.facts()).map(({ name }) => name);
    expect(names.filter((name) => name !== 'Page Viewed')).toEqual([
      'Product Viewed',
      'Product Added',
      'Checkout Started',
      'Order Completed',
      'Product Removed',
      'Product Added to Wishlist',
    ]);
    const [added] = await own.stored('Product Added');
    expect(added?.properties).toEqual({ product_id: 'TEA-01', quantity: 2 });
    expect(await page.title()).toMatch(/^[0-9a-f]{32}$/);
    await visitor.close();
  });

  test('works under a policy that allows scripts and connections of its host alone', async () => {
    const own = await shop.source('data-messages');
    const { origin } = new URL(shop.api.url);
    const message = await shop.owner('POST', '/api/onsite-messages', {
      kind: 'banner',
      title: 'Strict and fine',
      sourceId: own.id,
    });
    expect(message.status).toBe(201);
    shop.put('/strict', {
      head: own.line,
      csp: `default-src 'none'; script-src ${origin}; connect-src ${origin}; style-src 'none'`,
    });
    const visitor = await shop.visitor();
    const page = await visitor.newPage();
    const seen = watch(page, (text) => text.includes('favicon'));
    await page.goto('/strict');
    await page.getByRole('region', { name: 'Strict and fine' }).waitFor();
    await own.stored('On-site Message Shown');
    expect(seen.complaints).toEqual([]);
    const boxed = await page.evaluate(
      `getComputedStyle(document.querySelector('otklik-message').shadowRoot.querySelector('.banner')).position`,
    );
    expect(boxed).toBe('fixed');
    await visitor.close();
  });

  test('reset() makes a new visitor of a shared browser, and so does another user without it', async () => {
    const own = await shop.source();
    shop.put('/shared', { head: own.line });
    const visitor = await shop.visitor();
    const page = await visitor.newPage();
    await page.goto('/shared');
    await ready(page);
    await call(page, 'identify', 'user-a', { plan: 'x' });
    await call(page, 'track', 'Of A');
    const before = await call(page, 'getAnonymousId');
    await call(page, 'reset');
    await call(page, 'track', 'Of nobody');
    await call(page, 'identify', 'user-b');
    await call(page, 'identify', 'user-c', {}, { userHash: 'ff00' });
    await call(page, 'track', 'Of C');
    const [last] = await own.stored('Of C');
    const [a] = await own.stored('Of A');
    const [nobody] = await own.stored('Of nobody');
    expect(new Set([a?.contactId, nobody?.contactId, last?.contactId]).size).toBe(3);
    expect(await call(page, 'getAnonymousId')).not.toBe(before);
    const identified = await own.stored('Identified', 3);
    expect(identified.at(-1)?.context).toMatchObject({ userHash: 'ff00' });
    await visitor.close();
  });

  test('two people who prove who they are in one browser keep each their own history', async () => {
    const own = await shop.source();
    const [row] = await rows<{ secret: string }>(
      shop.api.ctx.db,
      sql`select secret from source where source_id = ${own.id}::uuid`,
    );
    const hashOf = (id: string): string =>
      createHmac('sha256', row?.secret ?? '')
        .update(id)
        .digest('hex');
    shop.put('/kiosk', { head: own.line });
    const visitor = await shop.visitor();
    const page = await visitor.newPage();
    await page.goto('/kiosk');
    await ready(page);
    for (const id of ['kiosk-a', 'kiosk-b']) {
      await call(page, 'identify', id, {}, { userHash: hashOf(id) });
      await call(page, 'track', `Of ${id}`);
      await own.stored(`Of ${id}`);
    }
    const facts = await own.facts();
    for (const id of ['kiosk-a', 'kiosk-b']) {
      const [known] = await rows<{ id: string }>(
        shop.api.ctx.db,
        sql`select contact_id as id from contact_external_id where namespace = 'user' and external_id = ${id}`,
      );
      expect(facts.find(({ name }) => name === `Of ${id}`)?.contactId).toBe(known?.id);
    }
    expect(new Set(facts.map(({ contactId }) => contactId)).size).toBe(2);
    await visitor.close();
  });

  test('the part after # is a page of its own where the site says so', async () => {
    const own = await shop.source('data-hash');
    shop.put('/hash', { head: own.line });
    const visitor = await shop.visitor();
    const page = await visitor.newPage();
    await page.goto('/hash');
    await ready(page);
    await page.evaluate(`location.hash = '#/list'`);
    const views = await own.stored('Page Viewed', 2);
    expect(views[1]?.properties['url']).toBe(`${shop.url}/hash#/list`);
    await visitor.close();
  });

  test('how long a page was in sight and how much of it goes with the visitor as it leaves', async () => {
    const own = await shop.source();
    shop.put('/long', { head: own.line, body: '<div style="height: 8000px">long</div>' });
    const visitor = await shop.visitor();
    const page = await visitor.newPage();
    await page.goto('/long');
    await ready(page);
    await own.stored('Page Viewed');
    await until('it is answered', async () => !(await stored(page)).some((name) => name.startsWith('otk_q')));
    // The page's clock is moved instead of waiting.
    await page.evaluate(
      `(() => { const now = performance.now.bind(performance); performance.now = () => now() + 30_000; })()`,
    );
    await page.evaluate('scrollTo(0, 4000)');
    await page.waitForFunction('scrollY > 3000');
    await page.evaluate('new Promise(requestAnimationFrame)');
    await page.goto('/elsewhere');
    const [left] = await own.stored('Page Engaged');
    expect(left?.properties).toMatchObject({ url: `${shop.url}/long` });
    expect(Number(left?.properties['seconds'])).toBeGreaterThanOrEqual(30);
    expect(Number(left?.properties['scroll'])).toBeGreaterThan(40);
    // A server that answers needs no second sending of it.
    expect((await stored(page)).filter((name) => name.startsWith('otk_q'))).toEqual([]);
    await visitor.close();
  });

  test('what the site switched off is not told', async () => {
    const own = await shop.source('data-off="pages links forms engagement"');
    shop.put('/quiet', {
      head: own.line,
      body: '<form target="f"><button>Go</button></form><iframe name="f"></iframe>',
    });
    const visitor = await shop.visitor();
    const sent = outgoing(visitor, shop.api);
    const page = await visitor.newPage();
    await page.goto('/quiet');
    await ready(page);
    await page.click('button');
    await call(page, 'track', 'Only this');
    await own.stored('Only this');
    expect(messageIds(sent)).toHaveLength(1);
    await visitor.close();
  });
});
