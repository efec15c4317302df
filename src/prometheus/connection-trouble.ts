/** Why there is no connection to Prometheus, and what to do about it: one sentence for each thing that goes wrong, and none of the peer's. */

import { ForbiddenAddressError } from './addresses.ts';
import { innermostCause, rootCause } from './failure.ts';

/** What follows the words of the network. */
const NETWORK: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there, is it up, and is this its port?',
  ENOTFOUND: 'nobody has this name, is it spelled right, with its namespace?',
  EAI_AGAIN: 'the DNS gave no answer',
  EHOSTUNREACH: 'there is no way to it from here',
  ENETUNREACH: 'there is no way to it from here',
  ETIMEDOUT: 'nobody answered, does a NetworkPolicy forbid it?',
  UND_ERR_CONNECT_TIMEOUT: 'nobody answered, does a NetworkPolicy forbid it?',
};

const UNTRUSTED =
  'its certificate is of an authority that is not trusted, --prometheus-ca-file must name a file with that authority';
const NO_TLS = 'it does not speak TLS, its URL must begin with http://';
const CLIENT_REFUSED =
  'it does not accept the client certificate, or wants one: --prometheus-cert-file and --prometheus-key-file name it';

/** What replaces the words of the TLS library, which only its makers understand. */
const TLS: Readonly<Record<string, string>> = {
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  CERT_SIGNATURE_FAILURE: UNTRUSTED,
  CERT_UNTRUSTED: UNTRUSTED,
  CERT_HAS_EXPIRED: 'its certificate has expired and must be renewed, unless the clock here is wrong',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet, is the clock here right?',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for other names, its URL must have one of them',
  EPROTO: NO_TLS,
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
};

/** Whose messages are made here, of nothing that the peer sent: the system's, undici's, and OpenSSL's about our own files. */
const OURS = /^(E[A-Z0-9]+|UND_ERR_[A-Z_]+|ERR_OSSL_[A-Z0-9_]+)$/;

/** The error of a connection in words. Where its message could quote the peer, only what it is called. */
export function connectionTrouble(error: unknown): string {
  const cause = innermostCause(error);
  if (cause instanceof ForbiddenAddressError) return cause.message;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const name = cause instanceof Error ? cause.name : typeof cause;
  // undici's parser met something else; of a status such as 000, its assertions do.
  if (name === 'HTTPParserError' || code === 'ERR_ASSERTION') {
    return 'it does not speak HTTP, should its URL begin with https://?';
  }
  const replaced = TLS[code];
  if (replaced !== undefined) return replaced;
  if (/_ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_\w+)$/.test(code)) return CLIENT_REFUSED;
  if (code.startsWith('ERR_SSL_')) return `TLS failed with ${code}`;
  if (!OURS.test(code)) return `the connection failed with ${code === '' || code === 'undefined' ? name : code}`;
  const hint = NETWORK[code];
  return hint === undefined ? rootCause(error) : `${rootCause(error)}: ${hint}`;
}

/** Whether an answer is what servers that expect TLS say to those who do not speak it. */
export function isAnswerToPlainHttp(beginning: string): boolean {
  return /HTTP request .*HTTPS/.test(beginning);
}
