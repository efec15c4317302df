/** Who we are to Prometheus at this moment: read from files at each tick, so that what was rotated is used at once. */

import { readFile } from 'node:fs/promises';
import { rootCause } from '../net/cause.ts';
import { TimedOut, withDeadline } from './deadline.ts';
import { type Failure, failure } from './failure.ts';
import { isHeaderValue, type Server } from './settings.ts';
import { flawOfTls, type TlsFiles } from './tls-files.ts';

/** One reading of the credentials. */
export interface Credentials {
  readonly kind: 'credentials';
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsFiles;
}

/** A file larger than this is another one than was meant. */
const LARGEST_FILE = 1024 * 1024;

/** The file that is read at the moment, and what it says about the server if it cannot be. */
interface Current {
  readonly file: string;
  readonly reason: Reason;
}

/**
 * Reads the credentials, one file after the other, and no file while an earlier read hangs: a file on a mount that hangs keeps one of the
 * four threads that Node has for files and the names of servers.
 */
export class CredentialFiles {
  readonly #server: Server;
  readonly #timeoutMs: number;
  #last: Promise<unknown> = Promise.resolve();
  #current: Current | undefined;

  constructor(server: Server, timeoutMs: number) {
    this.#server = server;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Reads all files that the settings name. A file that is missing, empty, not read in time, or not what it should be is a failure that names it;
   * its content is never told.
   *
   * @throws the reason of the signal's abort
   */
  async read(signal: AbortSignal): Promise<Credentials | Failure> {
    try {
      return await withDeadline(this.#timeoutMs, signal, async (within) => {
        await this.#last;
        const reading = this.#read(within);
        this.#last = reading.catch(() => undefined);
        return reading;
      });
    } catch (error) {
      if (error instanceof Unreadable) return error.failure;
      if (!(error instanceof TimedOut)) throw error;
      const { file = 'the credentials', reason = 'SourceRefused' } = this.#current ?? {};
      return unreadable(reason, `cannot read ${file}: it took longer than ${this.#timeoutMs} ms`).failure;
    }
  }

  async #read(signal: AbortSignal): Promise<Credentials> {
    const { caFile, certFile, keyFile } = this.#server;
    const text = (file: string, reason: Reason) => {
      signal.throwIfAborted();
      this.#current = { file, reason };
      return readText(reason, file);
    };
    const headers = await authHeaders(this.#server, async (file) => secretOf(await text(file, 'SourceRefused')));
    const tls = {
      ...(caFile !== undefined && { ca: await text(caFile, 'SourceUnreachable') }),
      ...(certFile !== undefined && { cert: await text(certFile, 'SourceUnreachable') }),
      ...(keyFile !== undefined && { key: await text(keyFile, 'SourceUnreachable') }),
    };
    const flaw = flawOfTls(tls, this.#server);
    if (flaw !== undefined) throw unreadable('SourceUnreachable', flaw);
    return { kind: 'credentials', headers, tls };
  }
}

/** AWS signs each query by itself (aws.ts). */
async function authHeaders(
  { auth }: Server,
  readSecret: (file: string) => Promise<string>,
): Promise<Record<string, string>> {
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
function secretOf(text: string): string {
  return text.replace(/\r?\n$/, '');
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
