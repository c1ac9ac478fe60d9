import { sql } from './core/sql.ts';
import type { SQL } from './core/sql.ts';
import { contact, importJob, visibleContacts } from './contacts/index.ts';
import { campaign, journey, template } from './campaigns/index.ts';
import type { Ctx } from './core/ctx.ts';
import { rows } from './core/db.ts';
import type { NamesOf } from './core/names.ts';
import { task } from './deals/index.ts';
import {
  accumulativeDiscount,
  couponCampaign,
  personCategory,
  promotion,
  reward,
  tierLadder,
} from './loyalty/index.ts';
import { category, orders, priceList, product } from './orders/index.ts';
import { apiKey, appUser, team } from './people/index.ts';
import { scoreRule } from './scoring/index.ts';
import { segment } from './segments/index.ts';
import { form, onsiteMessage, source } from './tracking/index.ts';

/** What the things of the audit log are called now: one look-up by key for each kind on a page. */

/** By kind: id and name, of those whose id is among `ids`. Contacts the actor may not see keep their names to themselves. */
function lookUps(ctx: Ctx): Record<string, (ids: SQL) => SQL> {
  const uuids = (table: SQL, key: SQL, name: SQL) => (ids: SQL) =>
    sql`select ${key}::text as id, ${name} as name from ${table} where ${key} in (select v::uuid from ${ids})`;
  const texts = (table: SQL, key: SQL, name: SQL) => (ids: SQL) =>
    sql`select ${key} as id, ${name} as name from ${table} where ${key} in (select v from ${ids})`;
  return {
    contact: (ids) => sql`
      select contact_id::text as id, coalesce(nullif(name, ''), email, phone) as name from ${contact}
      where contact_id in (select v::uuid from ${ids}) and ${visibleContacts(ctx)}`,
    segment: uuids(sql`${segment}`, sql`${segment.segmentId}`, sql`${segment.name}`),
    campaign: uuids(sql`${campaign}`, sql`${campaign.campaignId}`, sql`${campaign.name}`),
    journey: uuids(sql`${journey}`, sql`${journey.journeyId}`, sql`${journey.name}`),
    template: uuids(sql`${template}`, sql`${template.templateId}`, sql`${template.name}`),
    coupon_campaign: uuids(
      sql`${couponCampaign}`,
      sql`${couponCampaign.couponCampaignId}`,
      sql`${couponCampaign.name}`,
    ),
    tier_ladder: uuids(sql`${tierLadder}`, sql`${tierLadder.ladderId}`, sql`${tierLadder.name}`),
    person_category: uuids(
      sql`${personCategory}`,
      sql`${personCategory.categoryId}`,
      sql`${personCategory.name}`,
    ),
    accumulative_discount: uuids(
      sql`${accumulativeDiscount}`,
      sql`${accumulativeDiscount.discountId}`,
      sql`${accumulativeDiscount.name}`,
    ),
    import: uuids(sql`${importJob}`, sql`${importJob.importId}`, sql`${importJob.name}`),
    promotion: uuids(sql`${promotion}`, sql`${promotion.promotionId}`, sql`${promotion.name}`),
    reward: uuids(sql`${reward}`, sql`${reward.rewardId}`, sql`${reward.definition} -> 'name' ->> 'en'`),
    price_list: uuids(sql`${priceList}`, sql`${priceList.priceListId}`, sql`${priceList.name}`),
    order: uuids(sql`${orders}`, sql`${orders.orderId}`, sql`${orders.externalId}`),
    product: uuids(sql`${product}`, sql`${product.productId}`, sql`${product.name}`),
    category: uuids(sql`${category}`, sql`${category.categoryId}`, sql`${category.name}`),
    task: uuids(sql`${task}`, sql`${task.taskId}`, sql`${task.title}`),
    source: uuids(sql`${source}`, sql`${source.sourceId}`, sql`${source.name}`),
    form: uuids(sql`${form}`, sql`${form.formId}`, sql`${form.name}`),
    onsite_message: uuids(
      sql`${onsiteMessage}`,
      sql`${onsiteMessage.messageId}`,
      sql`${onsiteMessage.title}`,
    ),
    score_rule: uuids(sql`${scoreRule}`, sql`${scoreRule.ruleId}`, sql`${scoreRule.rule} ->> 'name'`),
    user: texts(sql`${appUser}`, sql`${appUser.id}`, sql`${appUser.name}`),
    team: texts(sql`${team}`, sql`${team.id}`, sql`${team.name}`),
    api_key: texts(sql`${apiKey}`, sql`${apiKey.id}`, sql`${apiKey.name}`),
  };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const BY_TEXT = new Set(['user', 'team', 'api_key']);

export const namesOfThings: NamesOf = async (ctx, named) => {
  const finders = lookUps(ctx);
  const found = new Map<string, string>();
  for (const [entity, entries] of Map.groupBy(named, (one) => one.entity)) {
    const ids = [...new Set(entries.map(({ entityId }) => entityId))].filter(
      (id) => BY_TEXT.has(entity) || UUID.test(id),
    );
    const finder = finders[entity];
    if (finder === undefined || ids.length === 0) continue;
    const listed = sql`jsonb_array_elements_text(${JSON.stringify(ids)}::text::jsonb) as v`;
    for (const { id, name } of await rows<{ id: string; name: string | null }>(ctx.db, finder(listed)))
      if (name !== null && name !== '') found.set(`${entity} ${id}`, name);
  }
  return found;
};
