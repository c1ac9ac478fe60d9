import { suppressedSql } from '../contacts/index.ts';
import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';

/** The latest word of contact `c` on mail of this purpose, else on marketing at large: granted, withdrawn, or null. */
const word = (purpose: SQL): SQL => sql`(select k.granted from consent k
  where k.contact_id = c.contact_id and k.purpose in (${purpose}, 'marketing') and k.channel = 'email'
  order by k.purpose = 'marketing', k.occurred_at desc, k.id desc limit 1)`;

/**
 * Who may get mail of this purpose, and why not: null, or the reason. One text for the preview, the planning and the
 * hand-off, so that they cannot differ. `c` is the contact's row. A word about this very purpose goes before one
 * about marketing at large.
 */
export function refusalSql(purpose: SQL): SQL {
  return sql`case
    when c.email is null or exists (select from contact_point p
      where p.contact_id = c.contact_id and p.kind = 'email' and p.value = c.email and not p.valid) then 'no_address'
    when ${suppressedSql(sql`'email'`, sql`c.email`)} then coalesce((select case s.reason when 'unsubscribe' then 'unsubscribed'
      else 'suppressed' end from suppression s where s.channel = 'email' and s.address = c.email), 'suppressed')
    else case ${word(purpose)}
      when true then null when false then 'consent_withdrawn' else 'no_consent' end
  end`;
}

/**
 * Why an address gets no answer to what its holder has just asked for: null, or the reason. Such mail needs no consent and
 * goes out after an unsubscribe as well, but never to an address that bounced, complained or was erased.
 */
export function mailRefusalSql(address: SQL): SQL {
  return sql`case when exists (select from suppression s
    where s.channel = 'email' and s.address = ${address} and s.reason <> 'unsubscribe') then 'suppressed' end`;
}
