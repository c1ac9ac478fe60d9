import 'i18next';
import type campaigns from './en/campaigns.ts';
import type common from './en/common.ts';
import type conditions from './en/conditions.ts';
import type contacts from './en/contacts.ts';
import type home from './en/home.ts';
import type imports from './en/imports.ts';
import type leads from './en/leads.ts';
import type people from './en/people.ts';
import type sales from './en/sales.ts';
import type segments from './en/segments.ts';
import type settings from './en/settings.ts';
import type work from './en/work.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: {
      campaigns: typeof campaigns;
      common: typeof common;
      conditions: typeof conditions;
      contacts: typeof contacts;
      home: typeof home;
      imports: typeof imports;
      leads: typeof leads;
      people: typeof people;
      sales: typeof sales;
      segments: typeof segments;
      settings: typeof settings;
      work: typeof work;
    };
  }
}
