/** How Amazon Managed Prometheus knows us: each query carries a signature (Signature Version 4). */

import { createHash, createHmac } from 'node:crypto';
import { rootCause } from '../net/cause.ts';
import { type Failure, failure } from './failure.ts';

/** What is signed. */
export interface Signable {
  /** Host, and port unless it is the scheme's own. */
  readonly host: string;
  /** Path and query as they are sent. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Adds what proves who sends a request. */
export interface Signer {
  /** The headers to send: those given and the signature's; or why there are no credentials. Those may take network calls of their own. */
  sign(request: Signable): Promise<Readonly<Record<string, string>> | Failure>;
}

/** The packages that know how; optional, because only Amazon's customers need them and they weigh more than all of this. */
const PACKAGES = '@smithy/signature-v4 and @aws-sdk/credential-provider-node';

/** Amazon's credentials from where its tools look for them: environment, web identity, pod identity, shared files, the machine. */
export function awsSigner(region: string, service = 'aps'): Signer {
  let loading: ReturnType<typeof load> | undefined;
  return {
    async sign({ host, path, headers, body }) {
      let signer;
      try {
        signer = await (loading ??= load(region, service));
      } catch (error) {
        loading = undefined;
        const what = `to sign queries for AWS takes the packages ${PACKAGES}, which cannot be loaded`;
        return failure('SourceRefused', `${what}: ${rootCause(error)}`, { kind: 'refused' });
      }
      const [pathname = '/', query = ''] = path.split('?');
      try {
        const signed = await signer.sign({
          method: 'POST',
          protocol: 'https:',
          hostname: host,
          path: pathname,
          query: queryBag(query),
          headers: { ...headers, host },
          body,
        });
        const { host: _, ...sent } = signed.headers; // Whoever sends it adds the host.
        return sent;
      } catch (error) {
        const what = `no AWS credentials for region ${region} to sign the queries with: ${rootCause(error)}`;
        return failure('SourceRefused', what, { kind: 'refused' });
      }
    },
  };
}

async function load(region: string, service: string) {
  const [{ SignatureV4 }, { defaultProvider }] = await Promise.all([
    import('@smithy/signature-v4'),
    import('@aws-sdk/credential-provider-node'),
  ]);
  // The provider keeps credentials until shortly before they expire.
  const credentials = defaultProvider({ clientConfig: { region } });
  return new SignatureV4({ credentials, region, service, sha256: Sha256, applyChecksum: true });
}

function queryBag(query: string): Record<string, string[]> {
  const bag: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(query)) (bag[name] ??= []).push(value);
  return bag;
}

/** SHA-256 in the shape that the signer takes. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytes(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytes(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  /** Nobody starts anew with a hash that was begun. */
  reset(): void {
    throw new Error('a hash is used once');
  }
}

function bytes(data: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof data === 'string') return Buffer.from(data);
  return data instanceof ArrayBuffer ? Buffer.from(data) : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
