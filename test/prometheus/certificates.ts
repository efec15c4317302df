/**
 * Certificates for servers and clients of tests, each its own authority, valid for a hundred years: `first` and `second` are for localhost,
 * `elsewhere` is for another name, `expired` was never valid. Made with: openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500
 * -subj /CN=first -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout first.key.pem -out first.pem
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type CertificateName = 'first' | 'second' | 'elsewhere' | 'expired';

/** The PEM texts of a certificate and its key. */
export function certificate(name: CertificateName): { readonly cert: string; readonly key: string } {
  const read = (file: string) => readFileSync(join(import.meta.dirname, 'certificates', file), 'utf8');
  return { cert: read(`${name}.pem`), key: read(`${name}.key.pem`) };
}
