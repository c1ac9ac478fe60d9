import { setTimeout as pass } from 'node:timers/promises';
import { askMessages } from '../../src/campaigns/asked/actions.ts';
import { createTemplate } from '../../src/campaigns/actions.templates.ts';
import { setPace } from '../../src/campaigns/pace/actions.ts';
import { paceSettings } from '../../src/campaigns/pace/contract.ts';
import { systemCtx } from '../../src/core/ctx.ts';
import type { Ctx } from '../../src/core/ctx.ts';
import { openDatabase, row } from '../../src/core/db.ts';
import { ensureEmbedded } from '../../src/core/embedded.ts';
import { createLogger } from '../../src/core/logger.ts';
import { createQueues } from '../../src/core/queue.ts';
import { sql } from '../../src/core/sql.ts';
import { startWorker } from '../../src/worker.ts';
import type { Bench } from '../main.ts';
import { launchTo, putContacts, smallTemplate } from './campaigns.ts';
import { startSink } from './smtp-sink.ts';

/** Messages somebody waits for, asked for at random while a broadcast is under way: how long until each is handed over. */
const BROADCAST = 20_000;
const ASKED = 100;
const EVERY_MS = 300;
/** A mail server that takes its time: the broadcast keeps all connections busy. */
const LATENCY_MS = 20;
const LIMITED_PER_SECOND = 100;
const TARGET_MS = 2_000;

export async function fairness(
  ctx: Ctx,
  dataDir: string,
  firstContact: number,
  ...[emit, note]: Parameters<Bench>
): Promise<void> {
  const log = createLogger('error');
  const { url } = await ensureEmbedded({ dataDir, log });
  const database = openDatabase(url);
  const queues = await createQueues({ databaseUrl: url }, log);
  const sink = await startSink(LATENCY_MS);
  const config = { ...ctx.config, databaseUrl: url, smtpUrl: `smtp://127.0.0.1:${sink.port}` };
  const working = await startWorker({
    newCtx: (name) => systemCtx({ config, db: database.db, log }, name),
    database,
    queues,
    concurrency: 4,
  });
  try {
    await receipt(ctx);
    await putContacts(ctx, 'fair', firstContact, firstContact + BROADCAST - 1);
    const campaignId = await launchTo(ctx, 'fair', { templateId: await smallTemplate(ctx, 'bench-fair') });
    for (const perSecond of [null, LIMITED_PER_SECOND]) {
      const providers = perSecond === null ? [] : [{ provider: 'smtp', perSecond }];
      await setPace(ctx, paceSettings.parse({ providers }));
      await underWay(ctx, campaignId);
      const found = await askAtRandom(ctx, firstContact, perSecond === null ? 'free' : 'limited');
      const suffix = perSecond === null ? '' : '_limited';
      note(
        `fairness${suffix}: ${ASKED} messages asked for while ${BROADCAST} go to a mail server that takes ${LATENCY_MS} ms for each${
          perSecond === null ? '' : `, at most ${perSecond} a second`
        }; ${found.meanwhile} of the broadcast went in that time; from the asking's commit to the record of the hand-off, by worker and queue as they are; the limit is the target`,
      );
      emit({
        metric: `asked${suffix}_p95_ms`,
        value: found.p95,
        unit: 'ms',
        limit: TARGET_MS,
        ratio: found.p95 / TARGET_MS,
      });
      emit({
        metric: `asked${suffix}_max_ms`,
        value: found.max,
        unit: 'ms',
        limit: TARGET_MS,
        ratio: found.max / TARGET_MS,
      });
    }
    await ctx.db.execute(sql`update campaign set state = 'paused' where campaign_id = ${campaignId}::uuid`);
  } finally {
    await working.close();
    await queues.close();
    await database.close();
    await sink.stop();
  }
}

async function receipt(ctx: Ctx): Promise<void> {
  const text = 'Order {{data.number}}';
  await createTemplate(ctx, {
    key: 'bench-receipt',
    name: 'Receipt',
    purpose: 'informational',
    variants: [
      {
        locale: 'en',
        subject: text,
        mjml: `<mjml><mj-body><mj-section><mj-column><mj-text>${text}</mj-text></mj-column></mj-section></mj-body></mjml>`,
        text,
        sample: { data: { number: 'A-1' } },
      },
    ],
  });
}

async function sentOf(ctx: Ctx, campaignId: string): Promise<number> {
  const { sent } = await row<{ sent: number }>(
    ctx.db,
    sql`select count(*)::int as sent from message where campaign_id = ${campaignId}::uuid and state = 'sent'`,
  );
  return sent;
}

const LOOK_MS = 200;

async function underWay(ctx: Ctx, campaignId: string): Promise<void> {
  const before = await sentOf(ctx, campaignId);
  while ((await sentOf(ctx, campaignId)) < before + 200) await pass(LOOK_MS);
}

async function askAtRandom(
  ctx: Ctx,
  firstContact: number,
  name: string,
): Promise<{ p95: number; max: number; meanwhile: number }> {
  const broadcast = async (): Promise<number> =>
    (
      await row<{ sent: number }>(
        ctx.db,
        sql`select count(*)::int as sent from message where not asked and state = 'sent'`,
      )
    ).sent;
  const before = await broadcast();
  for (let i = 0; i < ASKED; i++) {
    const id = `01900000-0000-7000-8000-${(firstContact + i).toString(16).padStart(12, '0')}`;
    const asking = {
      template: 'bench-receipt',
      key: `${name} ${i}`,
      contact: { id },
      data: { number: `${i}` },
    };
    await askMessages(ctx, [asking], false);
    await pass(Math.random() * 2 * EVERY_MS);
  }
  const meanwhile = (await broadcast()) - before;
  const open = sql`select count(*)::int as open from message where asked and state <> 'sent'`;
  while ((await row<{ open: number }>(ctx.db, open)).open > 0) await pass(LOOK_MS);
  const found = await row<{ p95: number; max: number }>(
    ctx.db,
    sql`select percentile_cont(0.95) within group (order by ms)::float8 as p95, max(ms)::float8 as max from (
      select extract(epoch from m.handed_at - m.occurred_at) * 1000 as ms from message m
      join message_request r on r.message_id = m.id where r.key like ${`${name} %`}) as waits`,
  );
  return { ...found, meanwhile };
}
