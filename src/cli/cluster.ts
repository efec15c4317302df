/** How commands get to the API server, and what they say when that does not work. */

import { VERSION } from '../api/version.ts';
import type { KubeClient, KubeClientOptions } from '../kube/client.ts';
import { isForbidden, isNotFound, KubeError } from '../kube/errors.ts';
import { type Identity, loadIdentity } from '../kube/identity.ts';
import { Transport } from '../kube/transport.ts';
import { messageOf } from '../net/cause.ts';
import type { ClusterFlags } from './cluster-flags.ts';
import { Failure } from './failure.ts';
import type { Io } from './io.ts';

/** A client of the cluster that the flags mean. */
export interface Cluster<C extends KubeClient> {
  readonly client: C;
  /** The namespace that is meant when none is named. */
  readonly namespace: string;
}

/**
 * Does some work with a client, and closes its connections.
 *
 * @param command names the client in the API server's audit log: `elasticweb-status/1.2.3`
 * @param makeClient which client it works with
 * @throws Failure when there is no API server to talk to; what the work throws
 */
export async function withCluster<R, C extends KubeClient>(
  { kubeconfig, context }: Pick<ClusterFlags, 'kubeconfig' | 'context'>,
  { env }: Pick<Io, 'env'>,
  { command, makeClient }: { readonly command: string; readonly makeClient: (options: KubeClientOptions) => C },
  work: (cluster: Cluster<C>) => Promise<R>,
): Promise<R> {
  const identity = await identityOf({ env, kubeconfig, context });
  const transport = new Transport({ identity, userAgent: `elasticweb-${command}/${VERSION}` });
  try {
    return await work({ client: makeClient({ transport }), namespace: identity.namespace });
  } finally {
    await transport.close();
  }
}

async function identityOf(options: Parameters<typeof loadIdentity>[0]): Promise<Identity> {
  try {
    return await loadIdentity(options);
  } catch (error) {
    throw new Failure(messageOf(error), undefined, { cause: error });
  }
}

/** What to do about a call that failed, as the end of a sentence; empty where the message says it all. */
export function nextStep(error: unknown, { forbidden }: { readonly forbidden: string }): string {
  if (isNotFound(error)) {
    return error.serverMessage.startsWith('namespaces ')
      ? '; kubectl create namespace makes one'
      : '; is the CRD installed? kubectl apply --server-side -f dist/crd.k8s.yaml';
  }
  if (isForbidden(error)) return `; ${forbidden}`;
  if (error instanceof KubeError && error.status === 401) return '; does --context name a user who may log in?';
  return '';
}
