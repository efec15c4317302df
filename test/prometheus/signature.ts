/**
 * Signature Version 4 as Amazon describes it, worked out anew from what a server received.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
 */

import { createHash, createHmac } from 'node:crypto';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** The `authorization` header that the request should have, if it was signed with this secret. */
export function expectedAuthorization(received: Received, accessKeyId: string, secret: string): string {
  const given = String(received.headers.authorization);
  const [, scope = '', signed = ''] = /Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+),/.exec(given) ?? [];
  const [path = '', query = ''] = received.path.split('?');
  const canonical = [
    received.method,
    path,
    canonicalQuery(query),
    ...signed.split(';').map((name) => `${name}:${String(received.headers[name]).trim().replace(/ +/g, ' ')}`),
    '',
    signed,
    sha256(received.body),
  ].join('\n');
  const text = ['AWS4-HMAC-SHA256', String(received.headers['x-amz-date']), scope, sha256(canonical)].join('\n');
  const key = scope.split('/').reduce<Buffer>((from, part) => hmac(from, part), Buffer.from(`AWS4${secret}`));
  const signature = hmac(key, text).toString('hex');
  return `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
}

function canonicalQuery(query: string): string {
  return [...new URLSearchParams(query)]
    .map((pair) => pair.map((text) => encodeURIComponent(text)).join('='))
    .sort()
    .join('&');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
