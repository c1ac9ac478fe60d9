import 'i18next';
import type account from './en/account.ts';
import type audit from './en/audit.ts';
import type campaigns from './en/campaigns.ts';
import type cart from './en/cart.ts';
import type common from './en/common.ts';
import type conditions from './en/conditions.ts';
import type contacts from './en/contacts.ts';
import type developer from './en/developer.ts';
import type forms from './en/forms.ts';
import type home from './en/home.ts';
import type identity from './en/identity.ts';
import type imports from './en/imports.ts';
import type ladders from './en/ladders.ts';
import type leads from './en/leads.ts';
import type loyalty from './en/loyalty.ts';
import type onsite from './en/onsite.ts';
import type people from './en/people.ts';
import type problems from './en/problems.ts';
import type sales from './en/sales.ts';
import type scoring from './en/scoring.ts';
import type segments from './en/segments.ts';
import type settings from './en/settings.ts';
import type templates from './en/templates.ts';
import type wallet from './en/wallet.ts';
import type work from './en/work.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: {
      account: typeof account;
      audit: typeof audit;
      campaigns: typeof campaigns;
      cart: typeof cart;
      common: typeof common;
      conditions: typeof conditions;
      contacts: typeof contacts;
      developer: typeof developer;
      forms: typeof forms;
      home: typeof home;
      identity: typeof identity;
      imports: typeof imports;
      ladders: typeof ladders;
      leads: typeof leads;
      loyalty: typeof loyalty;
      onsite: typeof onsite;
      people: typeof people;
      problems: typeof problems;
      sales: typeof sales;
      scoring: typeof scoring;
      segments: typeof segments;
      settings: typeof settings;
      templates: typeof templates;
      wallet: typeof wallet;
      work: typeof work;
    };
  }
}
