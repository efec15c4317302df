/** Who we are to Prometheus at this moment: read from files at each tick, so that what was rotated is used at once. */

import { readFile } from 'node:fs/promises';
import { type Failure, failure, rootCause } from './failure.ts';
import { isHeaderValue, type Server } from './settings.ts';

/** One reading of the credentials. */
export interface Credentials {
  readonly kind: 'credentials';
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsFiles;
}

/** The contents of the TLS files. */
export interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** A file larger than this is another one than was meant. */
const LARGEST_FILE = 1024 * 1024;

/** Reads all files that the settings name. A file that is missing or empty is a failure that names it; its content is never told. */
export async function readCredentials(server: Server): Promise<Credentials | Failure> {
  try {
    const [headers, ca, cert, key] = await Promise.all([
      authHeaders(server),
      read('SourceUnreachable', server.caFile),
      read('SourceUnreachable', server.certFile),
      read('SourceUnreachable', server.keyFile),
    ]);
    const tls = {
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
    };
    return { kind: 'credentials', headers, tls };
  } catch (error) {
    if (error instanceof Unreadable) return error.failure;
    throw error;
  }
}

/** AWS signs each query by itself (aws.ts). */
async function authHeaders({ auth }: Server): Promise<Record<string, string>> {
  switch (auth.kind) {
    case 'none':
    case 'aws':
      return {};
    case 'basic':
      return basic(`${auth.username}:${await readSecret(auth.passwordFile)}`);
    case 'basicFile': {
      const pair = await readSecret(auth.file);
      if (!pair.includes(':'))
        throw unreadable('SourceRefused', `expected username:password in ${auth.file}, found no colon`);
      return basic(pair);
    }
    case 'bearer': {
      const token = (await readSecret(auth.tokenFile)).trim();
      if (!isHeaderValue(token)) {
        throw unreadable(
          'SourceRefused',
          `expected a token in ${auth.tokenFile}, found characters that no token may have`,
        );
      }
      return { authorization: `Bearer ${token}` };
    }
  }
}

function basic(pair: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** Without the line end that editors add; a password may well end in a space. */
async function readSecret(file: string): Promise<string> {
  return (await readText('SourceRefused', file)).replace(/\r?\n$/, '');
}

async function read(reason: Reason, file: string | undefined): Promise<string | undefined> {
  return file === undefined ? undefined : readText(reason, file);
}

async function readText(reason: Reason, file: string): Promise<string> {
  let text;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw unreadable(reason, `cannot read ${file}: ${rootCause(error)}`);
  }
  if (text.trim() === '') throw unreadable(reason, `${file} is empty`);
  if (text.length > LARGEST_FILE) throw unreadable(reason, `${file} is too large to hold credentials`);
  return text;
}

type Reason = 'SourceRefused' | 'SourceUnreachable';

class Unreadable extends Error {
  readonly failure: Failure;

  constructor(reason: Reason, what: string) {
    super(what);
    this.failure = failure(reason, what, { kind: 'anyway' });
  }
}

function unreadable(reason: Reason, what: string): Unreadable {
  return new Unreadable(reason, what);
}
