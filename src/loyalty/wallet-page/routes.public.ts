import type { Context, Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { z } from 'zod';
import { DomainError } from '../../core/errors.ts';
import { describe, newRouter, paramsOf } from '../../core/http.ts';
import type { AppEnv } from '../../core/http.ts';
import { askedReward, invitation, makeReferralCode, takenReward, takeReward } from './actions.act.ts';
import { openWallet } from './actions.link.ts';
import { walletPage } from './actions.page.ts';
import { strayPage } from './page.layout.ts';
import { confirmPage, friendPage, takenPage } from './page.reward.ts';
import { pageOf } from './page.wallet.ts';
import { POLICY } from './style.ts';
import { languageFor } from './texts.ts';
import type { Language } from './texts.ts';

const tag = "members' pages";
const open = 'public' as const;
const media = 'text/html';
const tokenParam = z.object({ token: z.string().min(1).max(600) });
const rewardParam = tokenParam.extend({ rewardId: z.uuid() });
const redemptionParam = tokenParam.extend({ redemptionId: z.uuid() });
const taking = z.object({ key: z.uuid(), points: z.coerce.number().int().min(1) });

/** What anybody with a link can reach: no session, no cookie, no script. A GET changes nothing: mail scanners follow links. */
export function publicWalletRoutes(): Hono<AppEnv> {
  return pageRoutes().route('/', rewardRoutes());
}

function pageRoutes(): Hono<AppEnv> {
  return newRouter()
    .get(
      '/w/friend/:code',
      describe({ tag, summary: 'What a friend is told who follows a recommendation', open, media }),
      paramsOf(z.object({ code: z.string().min(1).max(100) })),
      (c) =>
        orPage(c, null, async () => {
          const invited = await invitation(c.var.ctx, c.req.valid('param').code);
          return html(c, friendPage(invited, languageOf(c, null)));
        }),
    )
    .get(
      '/w/:token',
      describe({ tag, summary: "A member's page: points, tier, coupons, rewards; ?lang", open, media }),
      paramsOf(tokenParam),
      (c) => {
        const { token } = c.req.valid('param');
        return orPage(c, null, async () => {
          const holder = await openWallet(c.var.ctx, token);
          const page = await walletPage(c.var.ctx, holder);
          return html(c, pageOf(page, at(c, token, holder.locale)));
        });
      },
    )
    .post(
      '/w/:token/referral-code',
      describe({ tag, summary: 'Makes the code a member recommends with', open, media }),
      paramsOf(tokenParam),
      (c) => {
        const { token } = c.req.valid('param');
        return orPage(c, token, async () => {
          await makeReferralCode(c.var.ctx, token);
          return c.redirect(`/w/${token}${queryOf(c)}`, 303);
        });
      },
    );
}

function rewardRoutes(): Hono<AppEnv> {
  return newRouter()
    .get(
      '/w/:token/rewards/:rewardId',
      describe({ tag, summary: 'Asks whether to spend points; changes nothing', open, media }),
      paramsOf(rewardParam),
      (c) => {
        const { token, rewardId } = c.req.valid('param');
        return orPage(c, token, async () => {
          const asked = await askedReward(c.var.ctx, token, rewardId);
          return html(c, confirmPage(asked, at(c, token, asked.holder.locale)));
        });
      },
    )
    .post(
      '/w/:token/rewards/:rewardId',
      describe({ tag, summary: 'Spends points on a reward, once for each key', open, media }),
      paramsOf(rewardParam),
      (c) => {
        const { token, rewardId } = c.req.valid('param');
        return orPage(c, token, async () => {
          const { key, points } = await postedBy(c);
          const { id } = await takeReward(c.var.ctx, token, { rewardId, key, points });
          return c.redirect(`/w/${token}/redemptions/${id}${queryOf(c)}`, 303);
        });
      },
    )
    .get(
      '/w/:token/redemptions/:redemptionId',
      describe({ tag, summary: 'What a member got for points', open, media }),
      paramsOf(redemptionParam),
      (c) => {
        const { token, redemptionId } = c.req.valid('param');
        return orPage(c, token, async () => {
          const { holder, program, redemption } = await takenReward(c.var.ctx, token, redemptionId);
          return html(c, takenPage(program.name, redemption, at(c, token, holder.locale)));
        });
      },
    );
}

const languageOf = (c: Context<AppEnv>, locale: string | null): Language =>
  languageFor(c.req.query('lang'), locale, c.req.header('accept-language'));

const at = (c: Context<AppEnv>, token: string, locale: string | null) => ({
  base: `/w/${token}`,
  language: languageOf(c, locale),
  publicUrl: c.var.ctx.config.publicUrl,
});

/** The language that was asked for, kept from page to page. */
function queryOf(c: Context<AppEnv>): string {
  const lang = c.req.query('lang');
  return lang === 'en' || lang === 'ru' ? `?lang=${lang}` : '';
}

/** What the form sent, or 422 when it is none of ours. */
async function postedBy(c: Context<AppEnv>): Promise<z.output<typeof taking>> {
  const sent = taking.safeParse(Object.fromEntries(new URLSearchParams(await c.req.text())));
  if (sent.success) return sent.data;
  throw new DomainError({ code: 'refused', status: 422, detail: 'The form was not filled in here.' });
}

const HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-store, private',
  'Content-Security-Policy': POLICY,
  'Referrer-Policy': 'no-referrer',
  'X-Frame-Options': 'DENY',
  'X-Robots-Tag': 'noindex, nofollow',
} as const;

function html(c: Context<AppEnv>, page: string, status: ContentfulStatusCode = 200): Response {
  return c.body(page, status, HEADERS);
}

/** Who misses a point of a program's rules is told so; whatever else is wrong with a link gets one calm page. */
async function orPage(
  c: Context<AppEnv>,
  token: string | null,
  answer: () => Promise<Response>,
): Promise<Response> {
  try {
    const response = await answer();
    for (const [name, value] of Object.entries(HEADERS))
      if (name !== 'Content-Type') response.headers.set(name, value);
    return response;
  } catch (error) {
    if (!(error instanceof DomainError) || error.status >= 500) throw error;
    const gone = ['link_forged', 'link_expired', 'not_a_member'].includes(error.code);
    const language = languageOf(c, null);
    const frame = { language, program: '', other: null };
    const back = token === null || gone ? null : `/w/${token}${queryOf(c)}`;
    return html(c, strayPage(frame, error.code, back), error.status as ContentfulStatusCode);
  }
}
