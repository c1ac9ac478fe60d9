/** scrypt on Node's thread pool, in better-auth's own format. Loaded when first needed: its import costs start time. */
export async function hashPassword(password: string): Promise<string> {
  const crypto = await import('better-auth/crypto');
  return crypto.hashPassword(password);
}
