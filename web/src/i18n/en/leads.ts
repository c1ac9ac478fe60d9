export default { title: 'leads' } as const;
