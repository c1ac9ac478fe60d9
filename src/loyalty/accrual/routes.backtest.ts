import type { Hono } from 'hono';
import { describe, idParam, jsonBody, newRouter, paramsOf, queryOf } from '../../core/http.ts';
import type { AppEnv } from '../../core/http.ts';
import { pageQuery } from '../../core/paging.ts';
import { backtestParams } from '../backtests/contract.ts';
import {
  cancelEarningBacktest,
  earningBacktest,
  earningBacktests,
  startEarningBacktest,
} from './actions.backtest.ts';
import { earningBacktestInput, earningBacktestList, earningBacktestView } from './contract.backtest.ts';

const tag = 'loyalty';
const path = '/api/loyalty/programs/:id/earning-backtests' as const;

export function backtestRoutes(): Hono<AppEnv> {
  return newRouter()
    .post(
      path,
      describe({
        tag,
        summary: 'Try earning rules on past orders, in the background',
        status: 202,
        answer: earningBacktestView,
      }),
      paramsOf(idParam),
      jsonBody(earningBacktestInput),
      async (c) =>
        c.json(await startEarningBacktest(c.var.ctx, c.req.valid('param').id, c.req.valid('json')), 202),
    )
    .get(
      path,
      describe({ tag, summary: 'Backtests of earning rules, newest first', answer: earningBacktestList }),
      paramsOf(idParam),
      queryOf(pageQuery),
      async (c) => c.json(await earningBacktests(c.var.ctx, c.req.valid('param').id, c.req.valid('query'))),
    )
    .get(
      `${path}/:backtestId`,
      describe({
        tag,
        summary: 'What rules would have earned: progress and result',
        answer: earningBacktestView,
      }),
      paramsOf(backtestParams),
      async (c) => {
        const { id, backtestId } = c.req.valid('param');
        return c.json(await earningBacktest(c.var.ctx, id, backtestId));
      },
    )
    .post(
      `${path}/:backtestId/cancel`,
      describe({ tag, summary: 'Stop a backtest of earning rules', answer: earningBacktestView }),
      paramsOf(backtestParams),
      async (c) => {
        const { id, backtestId } = c.req.valid('param');
        return c.json(await cancelEarningBacktest(c.var.ctx, id, backtestId));
      },
    );
}
