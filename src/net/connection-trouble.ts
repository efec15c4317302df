/** Why there is no connection to a server: told apart here, for every server alike; what to do about it is for those to say who know it. */
import { innermostCause, rootCause } from './cause.ts';

/** What to do about each trouble, in the words of those who set this server up. */
export interface Advice {
  /** Follows the words of the network, as do the next four. */
  readonly refused: string;
  readonly unknownName: string;
  readonly noDns: string;
  readonly noWay: string;
  readonly noAnswer: string;
  /** Stands by itself, as do those below: the TLS library has words that only its makers understand. */
  readonly untrusted: string;
  readonly expired: string;
  readonly notYetValid: string;
  readonly otherNames: string;
  readonly noTls: string;
  readonly noHttp: string;
  readonly clientRefused: string;
}

type Trouble = keyof Advice;

const NETWORK: Readonly<Record<string, Trouble>> = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'unknownName',
  EAI_AGAIN: 'noDns',
  EHOSTUNREACH: 'noWay',
  ENETUNREACH: 'noWay',
  ETIMEDOUT: 'noAnswer',
  UND_ERR_CONNECT_TIMEOUT: 'noAnswer',
};

const TLS: Readonly<Record<string, Trouble>> = {
  SELF_SIGNED_CERT_IN_CHAIN: 'untrusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'untrusted',
  CERT_SIGNATURE_FAILURE: 'untrusted',
  CERT_UNTRUSTED: 'untrusted',
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'notYetValid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'otherNames',
  EPROTO: 'noTls',
  ERR_SSL_WRONG_VERSION_NUMBER: 'noTls',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'noTls',
};

/** Whose messages are made here, of nothing that the peer sent: the system's, undici's, and OpenSSL's about our own files. */
const OURS = /^(E[A-Z0-9]+|UND_ERR_[A-Z_]+|ERR_OSSL_[A-Z0-9_]+)$/;

/** The error of a connection in words. Where its message could quote the peer, only what it is called. */
export function connectionTrouble(error: unknown, advice: Advice): string {
  const cause = innermostCause(error);
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const name = cause instanceof Error ? cause.name : typeof cause;
  // undici's parser met something else; of a status such as 000, its assertions do.
  if (name === 'HTTPParserError' || code === 'ERR_ASSERTION') return advice.noHttp;
  const ofTls = TLS[code];
  if (ofTls !== undefined) return advice[ofTls];
  if (/_ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_\w+)$/.test(code)) return advice.clientRefused;
  if (code.startsWith('ERR_SSL_')) return `TLS failed with ${code}`;
  if (!OURS.test(code)) return `the connection failed with ${code === '' || code === 'undefined' ? name : code}`;
  const ofNetwork = NETWORK[code];
  return ofNetwork === undefined ? rootCause(error) : `${rootCause(error)}: ${advice[ofNetwork]}`;
}

/** Whether the beginning of an answer 400 is what servers that expect TLS say to those who do not speak it. */
export function isAnswerToPlainHttp(beginning: string): boolean {
  return /HTTP request .*HTTPS/.test(beginning.slice(0, 1_000));
}
