/** Each kind of trouble is told apart by its code, and nothing is told that could quote the peer. What servers really do: test/kube, test/prometheus. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONNECTION_ADVICE } from '../../src/kube/connection-advice.ts';
import { connectionTrouble } from '../../src/net/connection-trouble.ts';

for (const { code, says } of [
  // Seen with OpenSSL's own server and TLS 1.2; with TLS 1.3 the connection is closed without a word that reaches us.
  { code: 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', says: /^it does not accept the client certificate, or wants one; / },
  {
    code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    says: /^it does not accept the client certificate, or wants one/,
  },
  {
    code: 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
    says: /^TLS failed with ERR_SSL_SSL\/TLS_ALERT_HANDSHAKE_FAILURE$/,
  },
  { code: 'ENOTFOUND', says: /^words: nobody has this name; is it spelled right/ },
  { code: 'ETIMEDOUT', says: /^words: nobody answered; is a VPN needed/ },
  { code: 'UND_ERR_SOCKET', says: /^words$/ },
  { code: 'SOME_CODE', says: /^the connection failed with SOME_CODE$/ },
  { code: undefined, says: /^the connection failed with Error$/ },
  { code: 'CERT_NOT_YET_VALID', says: /is the clock here right\?$/ },
]) {
  test(`no connection: ${code ?? 'without a code'}`, () => {
    const error = new Error('fetch failed', { cause: Object.assign(new Error('words'), { code }) });
    assert.match(connectionTrouble(error, CONNECTION_ADVICE), says);
  });
}
