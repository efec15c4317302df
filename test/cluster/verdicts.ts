/** The API server's verdict on objects that may be wrong in any way, over kept connections: kubectl would take a second for each. */

import { readFile } from 'node:fs/promises';
import { Pool } from 'undici';
import { parse } from 'yaml';
import type { Json, JsonObject } from '../api/objects.ts';
import type { ControlPlaneAccess } from '../control-plane/control-plane.ts';

/** What the API server said. */
export interface Verdict {
  readonly accepted: boolean;
  /** Empty if it accepted. */
  readonly message: string;
  readonly body: JsonObject;
  /** It says nothing about the object: somebody else was quicker. */
  readonly isConflict: boolean;
}

/** Asks as admin. */
export interface Verdicts {
  /** Whether an object could be made; with other parameters than those for a dry run, it is. */
  post(path: string, text: string, query?: string): Promise<Verdict>;
  /** Changes an object. */
  put(path: string, text: string): Promise<Verdict>;
  close(): Promise<void>;
}

/** Connects to the API server of a control plane. */
export async function verdictsOf({
  server,
  kubeconfig,
}: Pick<ControlPlaneAccess, 'server' | 'kubeconfig'>): Promise<Verdicts> {
  const config = parse(await readFile(kubeconfig, 'utf8')) as {
    readonly clusters: readonly [{ readonly cluster: { readonly 'certificate-authority-data': string } }];
    readonly users: readonly { readonly name: string; readonly user: { readonly token: string } }[];
  };
  const ca = Buffer.from(config.clusters[0].cluster['certificate-authority-data'], 'base64');
  const admin = config.users.find(({ name }) => name === 'admin');
  const pool = new Pool(server, { connections: 8, connect: { ca } });
  const headers = { authorization: `Bearer ${admin?.user.token ?? ''}`, 'content-type': 'application/json' };

  const send = async (method: 'POST' | 'PUT', path: string, text: string): Promise<Verdict> => {
    const { statusCode, body } = await pool.request({ method, path, headers, body: text });
    const answer = (await body.json()) as JsonObject;
    const accepted = statusCode === 200 || statusCode === 201;
    const isConflict = statusCode === 409;
    if (!accepted && !isConflict && ![400, 403, 422].includes(statusCode)) {
      throw new Error(`the API server has no verdict: ${statusCode} ${JSON.stringify(answer)}`);
    }
    return { accepted, message: accepted ? '' : textOf(answer.message), body: answer, isConflict };
  };
  return {
    post: (path, text, query = 'dryRun=All&fieldValidation=Strict') => send('POST', `${path}?${query}`, text),
    put: (path, text) => send('PUT', `${path}?fieldValidation=Strict`, text),
    close: () => pool.close(),
  };
}

/** The value if it is a text, else an empty one. */
export const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
