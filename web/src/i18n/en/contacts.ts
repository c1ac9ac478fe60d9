export default { title: 'contacts' } as const;
