import type { ClubReport } from './club.ts';

/** What the demo did, in figures read from the product's API. */
export type DemoReport = {
  data: string;
  contacts: number;
  orders: number;
  /** Placed by the scripted visitors afterwards. */
  orders_by_visitors: number;
  loyalty: ClubReport;
  segments: Array<{ name: string; count: number }>;
  /** Contacts with scores by recency, frequency and money. */
  scored: number;
  messages: Record<string, number>;
  responses: {
    human: { opened: number; clicked: number };
    machine: { opened: number; clicked: number };
    unsubscribed: number;
  };
  conversions: number;
  revenueMinor: number;
  currency: string;
  leads: { hot: number; warm: number; cold: number };
  hotLeads: Array<{ name: string; score: number; reasons: string[] }>;
  /** From the start of the program to the figures. */
  seconds: number;
  peak_rss_mb: number;
};

export function inWords(report: DemoReport): string {
  const { human, machine } = report.responses;
  const money = (report.revenueMinor / 100).toFixed(2);
  return [
    '',
    `Data:        ${report.data}`,
    `Contacts:    ${report.contacts}, orders ${report.orders} and ${report.orders_by_visitors} more by the visitors`,
    ...report.segments.map(
      ({ name, count }, i) => `${i === 0 ? 'Segments:    ' : '             '}${name}: ${count}`,
    ),
    `Messages:    ${Object.entries(report.messages)
      .map(([state, count]) => `${count} ${state}`)
      .join(', ')}`,
    `Responses:   by people ${human.opened} opened, ${human.clicked} clicked, ${report.responses.unsubscribed} unsubscribed; by machines alone ${machine.opened} opened, ${machine.clicked} clicked`,
    `Conversions: ${report.conversions}, ${money} ${report.currency}`,
    `Loyalty:     ${report.loyalty.members} members, ${report.loyalty.sales} sales at the till: ${(report.loyalty.discounts_minor / 100).toFixed(2)} ${report.currency} of discounts, ${report.loyalty.points_spent} points spent`,
    `Leads:       ${report.leads.hot} hot, ${report.leads.warm} warm, ${report.leads.cold} cold`,
    ...report.hotLeads
      .slice(0, 3)
      .map(({ name, score, reasons }) => `             ${name}: ${score} (${reasons.join('; ')})`),
    `Took:        ${report.seconds} s, at most ${report.peak_rss_mb} MB of memory`,
  ].join('\n');
}
