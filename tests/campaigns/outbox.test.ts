import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { openOutbox, readOutbox } from '../../src/campaigns/channels/outbox.ts';
import { always, idOf, mail } from './channels.ts';

const closing: Array<() => Promise<unknown> | void> = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const folder = async (): Promise<string> => {
  const dir = await mkdtemp(join(tmpdir(), 'otklik-outbox-'));
  closing.push(() => rm(dir, { recursive: true, force: true }));
  return dir;
};

describe('outbox', () => {
  test('a mail is one whole file by its id, handed over again it is still one, and lookup knows exactly', async () => {
    const dir = await folder();
    const outbox = openOutbox(dir);
    const sent = mail(1, { html: `<p>${'мир '.repeat(300_000)}</p>` });
    expect(await outbox.send([sent, mail(2)], always)).toEqual([
      { kind: 'accepted', delivered: true },
      { kind: 'accepted', delivered: true },
    ]);
    await outbox.send([{ ...sent, attempt: 2 }], always);
    const { attempt: _attempt, locale: _locale, couponCode: _code, ...expected } = sent;
    const { html, ...read } = (await readOutbox(dir, idOf(1))) ?? { html: '' };
    expect(html === sent.html).toBe(true);
    expect({ ...read, html: '' }).toEqual({ ...expected, html: '', from: 'Лист <hello@shop.example>' });
    expect(await readdir(join(dir, 'outbox', '1'))).toEqual([`${idOf(1)}.eml`]);
    const asked = [1, 2, 3].map((n) => ({ id: idOf(n), attempt: 1 }));
    expect(await outbox.lookup?.(asked)).toEqual(new Set([idOf(1), idOf(2)]));
  });

  test('a half-written file counts as nothing and is cleared away', async () => {
    const dir = await folder();
    await mkdir(join(dir, 'outbox', '5'), { recursive: true });
    const half = join(dir, 'outbox', '5', `${idOf(5)}.eml.1.tmp`);
    await writeFile(half, 'Message-ID');
    const outbox = openOutbox(dir);
    expect(await outbox.lookup?.([{ id: idOf(5), attempt: 1 }])).toEqual(new Set());
    expect(await readdir(join(dir, 'outbox', '5'))).toEqual([]);
  });

  test('a place that cannot be written to pauses instead of losing', async () => {
    const dir = await folder();
    await writeFile(join(dir, 'outbox'), 'a file where the folder should be');
    const [outcome] = await openOutbox(dir).send([mail(1)], always);
    expect(outcome).toMatchObject({ kind: 'retryable', reason: 'outbox_unwritable', pause: true });
  });

  test('asked to stop, it leaves the rest untried', async () => {
    const dir = await folder();
    let left = 3;
    const outcomes = await openOutbox(dir).send(
      [1, 2, 3, 4, 5].map((n) => mail(n)),
      () => left-- > 0,
    );
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual([
      'accepted',
      'accepted',
      'accepted',
      'untried',
      'untried',
    ]);
  });
});
