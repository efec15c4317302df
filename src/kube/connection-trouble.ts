/** Why there is no connection to the API server, and what to do about it: one sentence for each thing that goes wrong. */
import { innermostCause, rootCause } from './errors.ts';

/** What follows the words of the network. */
const NETWORK: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there; is the server up, and is this its address?',
  ENOTFOUND: 'nobody has this name; is it spelled right, and is a VPN or its DNS needed?',
  EAI_AGAIN: 'the DNS gave no answer; is there a network?',
  EHOSTUNREACH: 'there is no way to it from here; is a VPN needed?',
  ENETUNREACH: 'there is no way to it from here; is a VPN needed?',
  ETIMEDOUT: 'nobody answered; is a VPN needed, or a firewall in the way?',
  UND_ERR_CONNECT_TIMEOUT: 'nobody answered; is a VPN needed, or a firewall in the way?',
};

const UNTRUSTED =
  'its certificate is of an authority that is not trusted; is certificate-authority that of this server?';
const NO_TLS = 'it does not speak TLS; should its address begin with http://?';
const CLIENT_REFUSED =
  'it does not accept the client certificate, or wants one; does the user of the context have one that is still valid?';

/** What replaces the words of the TLS library, which only its makers understand. */
const TLS: Readonly<Record<string, string>> = {
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  CERT_SIGNATURE_FAILURE: UNTRUSTED,
  CERT_UNTRUSTED: UNTRUSTED,
  CERT_HAS_EXPIRED: 'its certificate has expired; it must be renewed, unless the clock here is wrong',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet; is the clock here right?',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'its certificate is for other names; the address must have one of them, or tls-server-name say one',
  EPROTO: NO_TLS,
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
};

/** Said of an address that begins with http:// where it must be https://. */
export const EXPECTS_TLS = 'it expects TLS: its address must begin with https://';

/** Whose messages are made here, of nothing that the peer sent: the system's, undici's, and OpenSSL's about our own files. */
const OURS = /^(E[A-Z0-9]+|UND_ERR_[A-Z_]+|ERR_OSSL_[A-Z0-9_]+)$/;

/** The error of a connection in words. Where its message could quote the peer, only what it is called. */
export function connectionTrouble(error: unknown): string {
  const cause = innermostCause(error);
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const name = cause instanceof Error ? cause.name : typeof cause;
  // undici's parser met something else; of a status such as 000, its assertions do.
  if (name === 'HTTPParserError' || code === 'ERR_ASSERTION') {
    return 'it does not speak HTTP; should its address begin with https://?';
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
export function isAnswerToPlainHttp(status: number, body: string): boolean {
  return status === 400 && /HTTP request .*HTTPS/.test(body.slice(0, 1_000));
}
