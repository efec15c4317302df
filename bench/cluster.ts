/** Where a contender is measured: etcd and kube-apiserver alone, new for each, with the CRD in them and a user for the contender. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { KubeClient } from '../src/kube/client.ts';
import { type Identity, loadIdentity } from '../src/kube/identity.ts';
import { Transport } from '../src/kube/transport.ts';
import { SYNCER_USER } from '../test/cluster/audit.ts';
import { NAMESPACE } from '../test/cluster/kinds.ts';
import { startControlPlane } from '../test/control-plane/control-plane.ts';

/** Who the bench is to the API server, in managedFields and in the audit log. */
export const BENCH = 'elasticweb-bench';
/** Where all ElasticWebs of the bench are. */
export const BENCH_NAMESPACE = 'bench';
/** Requests that the bench itself has under way when it makes or changes ElasticWebs. */
export const BENCH_WIDTH = 16;

/** With the namespace and the rights of the syncer; that its Deployment is there too does not matter, since nothing runs it. */
const install = join(import.meta.dirname, '../dist/install.k8s.yaml');

/** An API server with nothing around it, as the bench and its contender see it. */
export interface Cluster extends AsyncDisposable {
  /** Certificates, logs and data; gone at the end. */
  readonly directory: string;
  /** A kubeconfig whose current context is the contender's own user. That user may do everything. */
  readonly contenderKubeconfig: string;
  /** The bench itself, who is another user. */
  readonly identity: Identity;
  readonly transport: Transport;
  readonly client: KubeClient;
}

/** Starts a control plane in which nobody acts but the bench and its contender. */
export async function startCluster(): Promise<Cluster> {
  await using owned = new AsyncDisposableStack();
  const controlPlane = owned.use(
    await startControlPlane({
      controllers: false,
      scheduler: false,
      kwok: false,
      auditLog: true,
      manifests: [install],
    }),
  );
  const { kubeconfig, directory, kubectl } = controlPlane;
  const rights = ['--clusterrole=cluster-admin', `--user=${SYNCER_USER}`];
  const { code, stderr } = await kubectl(['create', 'clusterrolebinding', 'contender', ...rights]);
  if (code !== 0) throw new Error(`the contender's user got no rights: ${stderr}`);

  const identity = await loadIdentity({ env: {}, kubeconfig, context: 'admin' });
  const transport = new Transport({ identity, userAgent: BENCH, connections: BENCH_WIDTH });
  owned.defer(() => transport.close());
  const client = new KubeClient({ transport });
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: BENCH_NAMESPACE } };
  await client.create(NAMESPACE, namespace, { fieldManager: BENCH });

  const contenderKubeconfig = join(directory, 'contender.kubeconfig');
  const config = { ...(parse(readFileSync(kubeconfig, 'utf8')) as object), 'current-context': 'syncer' };
  writeFileSync(contenderKubeconfig, stringify(config), { mode: 0o600 });

  const kept = owned.move();
  const dispose = () => kept.disposeAsync();
  return { directory, contenderKubeconfig, identity, transport, client, [Symbol.asyncDispose]: dispose };
}
