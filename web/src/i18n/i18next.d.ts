import 'i18next';
import type campaigns from './en/campaigns.ts';
import type common from './en/common.ts';
import type contacts from './en/contacts.ts';
import type home from './en/home.ts';
import type leads from './en/leads.ts';
import type people from './en/people.ts';
import type segments from './en/segments.ts';
import type settings from './en/settings.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: {
      campaigns: typeof campaigns;
      common: typeof common;
      contacts: typeof contacts;
      home: typeof home;
      leads: typeof leads;
      people: typeof people;
      segments: typeof segments;
      settings: typeof settings;
    };
  }
}
