/** What the TLS files hold, looked at before they are used: TLS itself says of a CA file without a certificate that the server is not trusted. */

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { Server } from './settings.ts';

/** The contents of the TLS files. */
export interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Why TLS cannot work with these files, in words that name the file and tell nothing of what it holds; undefined if it can. */
export function flawOfTls({ ca, cert, key }: TlsFiles, { caFile, certFile, keyFile }: FileNames): string | undefined {
  if (ca !== undefined && certificateOf(ca) === undefined) return noCertificate(caFile);
  if (cert === undefined || key === undefined) return undefined;
  const shown = certificateOf(cert);
  if (shown === undefined) return noCertificate(certFile);
  const own = privateKeyOf(key);
  if (own === undefined) return `expected a private key in PEM without a passphrase in ${keyFile}, found none`;
  return shown.checkPrivateKey(own) ? undefined : `the key in ${keyFile} is not that of the certificate in ${certFile}`;
}

/** Each is there where the content is. */
type FileNames = Pick<Server, 'caFile' | 'certFile' | 'keyFile'>;

function noCertificate(file: string | undefined): string {
  return `expected a certificate in PEM in ${file}, found none`;
}

/** The first one, which is that of the client; a chain may follow, and keys may stand before it. */
function certificateOf(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined; // OpenSSL's words are of its parser.
  }
}

function privateKeyOf(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}
