/** Ready-to-paste texts for a developer. Pure: the server's address and the keys come from outside. */

export const trackCurl = (origin: string, writeKey: string): string => `curl ${origin}/v1/track \\
  -u '${writeKey}:' -H 'content-type: application/json' \\
  -d '{"event":"Product Viewed","anonymousId":"visitor-1","messageId":"'$(date +%s%N)'","properties":{"sku":"SAMPLE-1"}}'`;

export const serverCurl = (origin: string, writeKey: string): string => `curl ${origin}/v1/identify \\
  -H 'authorization: Bearer YOUR_API_KEY' -H 'content-type: application/json' \\
  -d '{"writeKey":"${writeKey}","userId":"42","messageId":"'$(date +%s%N)'","traits":{"email":"anna@example.com"}}'`;

export const keyCurl = (origin: string, key: string): string =>
  `curl ${origin}/api/me -H 'authorization: Bearer ${key}'`;
