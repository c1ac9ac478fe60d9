/** What the state and the source of a contact are called: those the program and its clients are known to write. */
export default {
  status: { active: 'Active', inactive: 'Inactive', archived: 'Archived', blocked: 'Blocked' },
  source: {
    api: 'API',
    console: 'Console',
    form: 'Form',
    import: 'Import',
    shop: 'Shop',
    site: 'Site',
    till: 'Till',
    tracking: 'Tracking of the site',
  },
} as const;
