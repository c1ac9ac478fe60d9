import { createHmac, sign } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { expect } from 'vitest';
import { GUIDE } from './blocks.ts';
import { deadLetters, order, told, user } from './seen.ts';
import type { Check } from './seen.ts';

/** What follows from the guide's blocks that run outside a page. */

const ONE_ACCEPTED = '{"accepted":1,"duplicate":0,"rejected":[]}';
/** The answers of several calls, which end without a line's end. */
const answers = (out: string): string[] => out.replaceAll('}{', '}\n{').split('\n');

export const HTTP_CHECKS: Readonly<Record<string, Check>> = {
  'calls-by-http': async ({ guide, out }) => {
    expect(answers(out)).toEqual(Array(3).fill(ONE_ACCEPTED));
    expect(GUIDE).toContain(`\`${ONE_ACCEPTED}\``);
    const quiz = await told(guide, 'Quiz Finished', (fact) => fact.messageId === 'quiz-1');
    expect(quiz).toMatchObject({ trust: 'public', properties: { score: 7 } });
    const { contactId } = await told(guide, 'Identified');
    const [visitor] = await guide.query(
      sql`select kind, email from contact where contact_id = ${contactId}::uuid`,
    );
    // A hint, which nobody relies on.
    expect(visitor).toEqual({ kind: 'visitor', email: null });
  },
  server: async ({ guide, out }) => {
    expect(JSON.parse(out)).toEqual({ accepted: 2, duplicate: 0, rejected: [] });
    const ana = await user(guide, '42');
    expect(ana).toMatchObject({ email: 'ana@example.com', given: 'Ana', attributes: { plan: 'gold' } });
    expect(await order(guide, '1001')).toEqual({
      contactId: ana.id,
      trust: 'server',
      status: 'placed',
      total: '2000',
      source: guide.sourceId,
    });
    // What the visitor did before belongs to her now.
    const quiz = await told(guide, 'Quiz Finished', (fact) => fact.messageId === 'quiz-1');
    expect(quiz.contactId).toBe(ana.id);
  },
  'segment-node': async ({ guide }) => {
    const ben = await user(guide, '43');
    expect(ben).toMatchObject({ email: 'ben@example.com' });
    const placed = { contactId: ben.id, trust: 'server', source: guide.sourceId };
    expect(await order(guide, '1002')).toMatchObject(placed);
  },
  'rudder-node': async ({ guide }) => {
    const { id } = await user(guide, '43');
    expect(await told(guide, 'Support Asked')).toMatchObject({ trust: 'server', contactId: id });
  },
  'confirm-and-follow': async ({ guide, out, block }) => {
    expect(answers(out)).toEqual(Array(3).fill(ONE_ACCEPTED));
    const { id } = await user(guide, '42');
    const confirmed = { contactId: id, trust: 'server', status: 'cancelled', source: guide.sourceId };
    expect(await order(guide, '1003')).toMatchObject(confirmed);
    expect(await order(guide, 'R-1')).toMatchObject({ contactId: id, trust: 'server' });
    const refunds = () =>
      guide.query(sql`select sum(total_minor)::text as total from orders where kind = 'return'`);
    const before = await refunds();
    // The same once more, as after a timeout.
    await guide.run(block);
    expect(await guide.query(sql`select 1 from orders where external_id in ('1003', 'R-1')`)).toHaveLength(2);
    expect(await refunds()).toEqual(before);
    // Another content under a known number.
    const other = await guide.run({ ...block, code: block.code.replace('"price": 12.5', '"price": 99') });
    expect(answers(other)[0]).toMatch(/"accepted":1.*"notes":\[\{/);
    expect(await order(guide, '1003')).toMatchObject({ ...confirmed, total: '1250' });
  },
  'hash-node': async ({ guide, out }) => {
    const hash = createHmac('sha256', guide.values['SOURCE_SECRET'] ?? '')
      .update('42')
      .digest('hex');
    expect(out.trim()).toBe(hash);
    guide.values['USER_HASH'] = hash;
  },
  'hash-python': async ({ guide, out }) => {
    expect(out.trim()).toBe(guide.values['USER_HASH']);
  },
  verdicts: async ({ guide }) => {
    const letter = (await deadLetters(guide)).find(({ messageId }) => messageId === 'bad-1');
    expect(letter).toMatchObject({ kind: 'event', trust: 'public' });
    guide.values['LETTER_ID'] = letter?.id ?? '';
  },
  replay: async ({ guide, out }) => {
    expect(answers(out)).toHaveLength(2);
    expect(answers(out)[0]).toContain('"messageId":"bad-1"');
    expect(JSON.parse(answers(out)[1] ?? '')).toEqual({ outcome: 'stored', reason: null });
    await told(guide, 'Quiz Left');
    expect((await deadLetters(guide)).filter(({ messageId }) => messageId === 'bad-1')).toEqual([]);
  },
  sendgrid: async ({ guide, out }) => {
    expect(JSON.parse(out)).toMatchObject({ status: 403, code: 'signature_wrong' });
    const body = JSON.stringify([{ event: 'bounce', email: 'gone@example.com', sg_event_id: 'bounce-1' }]);
    const timestamp = String(Math.floor(guide.api.ctx.clock.now().getTime() / 1_000));
    const signature = sign('sha256', Buffer.from(timestamp + body), guide.sendgrid).toString('base64');
    const answer = await fetch(`${guide.api.url}/v1/hooks/sendgrid`, {
      method: 'POST',
      headers: {
        'x-twilio-email-event-webhook-signature': signature,
        'x-twilio-email-event-webhook-timestamp': timestamp,
      },
      body,
    });
    expect([answer.status, await answer.json()]).toEqual([200, { accepted: 1 }]);
    const stopped = await guide.query(sql`select reason from suppression where address = 'gone@example.com'`);
    expect(stopped).toEqual([{ reason: 'hard_bounce' }]);
  },
};
