import type postgres from 'postgres';

/**
 * Fills an empty, migrated database with `n` invented contacts in a few set-based statements (1 M in about two minutes):
 * names in two scripts, emails of 85 %, phones of 70 %, skewed countries and cities, common and rare tags, custom
 * attributes, owners of half of them, consents of 60 %. The same `n` always gives the same contacts; the newest was created on
 * 2026-11-01. Indexes stay in place, so the result has the shape of a base that grew.
 */
export async function generateContacts(sql: postgres.Sql, n: number): Promise<void> {
  await sql.unsafe(FUNCTIONS);
  for (let from = 1; from <= n; from += STEP) {
    const to = Math.min(n, from + STEP - 1);
    await sql.unsafe(CONTACTS, [from, to, n]);
  }
  for (const statement of DEPENDENTS) await sql.unsafe(statement);
  await sql.unsafe('vacuum (analyze) contact');
  await sql.unsafe(
    'analyze contact_point, contact_point_lookup, contact_external_id, consent, contact_history',
  );
}

/** Rows of one statement: enough to be quick, few enough that progress survives a timeout. */
const STEP = 100_000;

/** pg_temp: gone with the connection. A pool of one connection is needed for that, which benches have. */
const FUNCTIONS = `
create or replace function pg_temp.pick(i bigint, salt int, among int) returns int immutable language sql as
$$ select (abs(hashint8extended(i, salt)) % among)::int $$;
create or replace function pg_temp.given(i bigint) returns text immutable language sql as
$$ select (array['Anna','Boris','Clara','Daniel','Elena','Fedor','Grace','Henry','Irina','James','Kate','Leon','Maria','Nikolai',
  'Olga','Peter','Ruth','Sergei','Tamara','Victor','Анна','Борис','Вера','Глеб','Дарья','Егор','Жанна','Иван','Ксения','Лев'])
  [1 + pg_temp.pick(i, 1, 30)] $$;
create or replace function pg_temp.family(i bigint) returns text immutable language sql as
$$ select (array['Smith','Jones','Taylor','Brown','Wilson','Evans','Thomas','Roberts','Walker','Wright','Novak','Schmidt','Rossi',
  'Garcia','Dubois','Иванов','Петров','Сидоров','Кузнецов','Смирнов'])[1 + pg_temp.pick(i, 2, 20)]
  || (array['','a','son','ova','ov','enko','man','sen','ski','ez'])[1 + pg_temp.pick(i, 3, 10)] $$;
create or replace function pg_temp.ordered(hex text) returns text immutable language sql as
$$ select to_hex(8 + ('x' || left(hex, 1))::bit(4)::int) || substr(hex, 2) $$;
`;

const CONTACTS = `
insert into contact (contact_id, kind, name, sort_name, given_name, family_name, email, phone, country, city, locale, status,
  tags, attributes, owner_id, source, external_id, search, created_at, updated_at)
select (lpad(to_hex((extract(epoch from created_at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(i % 4096), 3, '0')
    || '8' || lpad(to_hex(i), 15, '0'))::uuid,
  case when pg_temp.pick(i, 4, 20) = 0 then 'organisation' else 'person' end,
  name, replace(lower(name), 'ё', 'е'), pg_temp.given(i), pg_temp.family(i), email, phone,
  (array['United Kingdom','Germany','France','Spain','Italy','Poland','Russia','Norway','Japan','Iceland'])
    [1 + least(9, floor(10 * power(pg_temp.pick(i, 5, 10000) / 10000.0, 4))::int)],
  'City ' || pg_temp.pick(i, 6, 1000), case when pg_temp.pick(i, 7, 3) = 0 then 'ru' else 'en' end,
  case when pg_temp.pick(i, 8, 50) = 0 then 'blocked' else 'active' end,
  array_remove(array[
    case when pg_temp.pick(i, 9, 10) < 4 then 'newsletter' end,
    case when i < $3::bigint * 4 / 10 then 'old-base' end,
    case when pg_temp.pick(i, 10, 20) = 0 then 'vip' end,
    case when pg_temp.pick(i, 11, 10000) = 0 then 'press' end], null),
  jsonb_build_object('plan', (array['free','basic','pro','team'])[1 + pg_temp.pick(i, 12, 4)],
    'visits', pg_temp.pick(i, 13, 1000), 'since', to_char(created_at, 'YYYY-MM-DD'), 'store', 'S' || pg_temp.pick(i, 14, 5000)),
  case when pg_temp.pick(i, 15, 2) = 0 then 'manager-' || pg_temp.pick(i, 16, 50) end, 'bench', 'C' || i,
  ' ' || replace(lower(name), 'ё', 'е') || coalesce('  ' || email, '') || coalesce('  ' || substr(phone, 2), '') || '  c' || i,
  created_at, least(timestamptz '2026-11-01', created_at + pg_temp.pick(i, 17, 500) * interval '1 day')
from (
  select i, timestamptz '2026-11-01' - ($3::bigint - i) * (interval '3 years' / $3::bigint) as created_at,
    pg_temp.given(i) || ' ' || pg_temp.family(i) as name,
    case when pg_temp.pick(i, 18, 100) < 85 then 'user' || i || '@' || (array['example.com','mail.example','post.example','acme.test'])
      [1 + least(3, pg_temp.pick(i, 19, 4))] end as email,
    case when pg_temp.pick(i, 20, 100) < 70 then '+447' || lpad((pg_temp.pick(i, 21, 1000000000))::text, 9, '0') end as phone
  from generate_series($1::bigint, $2::bigint) as i
) as s`;

const DEPENDENTS = [
  `insert into contact_external_id (namespace, external_id, contact_id)
    select 'user', external_id, contact_id from contact where source = 'bench'`,
  `insert into contact_point (contact_id, point_id, kind, value, raw, valid, is_primary, created_at)
    select contact_id, gen_random_uuid(), p.kind, p.value, p.value, true, true, created_at
    from contact cross join lateral (values ('email', email), ('phone', phone)) as p(kind, value)
    where source = 'bench' and p.value is not null`,
  `insert into contact_point_lookup (kind, value, contact_id)
    select kind, value, contact_id from contact_point on conflict do nothing`,
  `insert into consent (contact_id, purpose, channel, occurred_at, id, granted, source, proof, recorded_at, origin_id)
    select contact_id, 'marketing', 'email', created_at, gen_random_uuid(), hashtext(external_id) % 20 <> 0, 'bench', '{}', created_at,
      contact_id
    from contact where source = 'bench' and email is not null and abs(hashtext(external_id)) % 10 < 7`,
  // Entries as src/contacts/lookup.ts makes them; the generator has no negative numbers.
  `insert into field_lookup (entry, contact_id)
    select v.key || chr(10) || v.value, c.contact_id from contact c cross join lateral (values
      ('givenName', 's' || c.given_name), ('familyName', 's' || c.family_name), ('country', 's' || c.country),
      ('city', 's' || c.city), ('locale', 's' || c.locale), ('source', 's' || c.source),
      ('status', case when c.status <> 'active' then 's' || c.status end),
      ('attributes.plan', 's' || (c.attributes ->> 'plan')), ('attributes.since', 's' || (c.attributes ->> 'since')),
      ('attributes.store', 's' || (c.attributes ->> 'store')),
      ('attributes.visits', 'n' || pg_temp.ordered(encode(float8send((c.attributes ->> 'visits')::float8), 'hex')))
    ) as v(key, value)
    where c.source = 'bench' and v.value is not null`,
  `insert into attribute_key (key, type, created_at) values ('plan', 'text', now()), ('visits', 'number', now()),
    ('since', 'date', now()), ('store', 'text', now()) on conflict do nothing`,
];
