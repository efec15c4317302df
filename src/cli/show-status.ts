/** What the ElasticWebs of a cluster are doing: shown once, or for as long as somebody looks. */

import { VERSION } from '../api/version.ts';
import { KubeClient } from '../kube/client.ts';
import { isForbidden, isNotFound, KubeError, messageOf } from '../kube/errors.ts';
import { type Identity, loadIdentity } from '../kube/identity.ts';
import { Transport } from '../kube/transport.ts';
import { ELASTIC_WEB, type ElasticWebResource } from '../syncer/kinds.ts';
import { Failure } from './failure.ts';
import { type Io, writeLine } from './io.ts';
import type { StatusFlags } from './status.ts';
import { byName, rowOf } from './status/row.ts';
import { notesOn, tableLines } from './status/table.ts';
import { watchStatus } from './status/watch.ts';
import { widthOf } from './terminal.ts';

/**
 * Shows the ElasticWebs; with `--watch` it does not return.
 *
 * @throws Failure when the API server cannot be talked to, or does not let us see them
 */
export async function showStatus(flags: StatusFlags, io: Io): Promise<void> {
  const transport = new Transport({ identity: await identityOf(flags, io), userAgent: `elasticweb-status/${VERSION}` });
  try {
    const client = new KubeClient({ transport });
    const webs = await listed(client, flags);
    if (flags.watch) return await watchStatus(client, flags, io);
    showOnce(webs, flags, io);
  } finally {
    await transport.close();
  }
}

function showOnce(webs: readonly ElasticWebResource[], flags: StatusFlags, io: Io): void {
  const nowMs = Date.now();
  const rows = webs.map((web) => rowOf(web, nowMs)).sort(byName);
  if (flags.output === 'json') {
    for (const row of rows) io.stdout.write(`${JSON.stringify(row)}\n`);
    return;
  }
  if (rows.length === 0) {
    writeLine(io.stderr, `no ElasticWebs ${placeOf(flags)}`);
    return;
  }
  const width = io.stdout.isTTY === true ? widthOf(io.stdout) : Infinity;
  io.stdout.write(`${tableLines(rows, { nowMs, width, withNamespace: flags.namespace?.length !== 1 }).join('\n')}\n`);
  for (const note of notesOn(rows)) writeLine(io.stderr, note);
}

function placeOf({ namespace = [], selector }: StatusFlags): string {
  const where = namespace.length === 0 ? 'in any namespace' : `in ${namespace.join(', ')}`;
  return selector === undefined ? where : `${where} with labels ${selector}`;
}

async function identityOf({ kubeconfig, context }: StatusFlags, { env }: Io): Promise<Identity> {
  try {
    return await loadIdentity({ env, kubeconfig, context });
  } catch (error) {
    throw new Failure(messageOf(error), undefined, { cause: error });
  }
}

async function listed(client: KubeClient, { namespace = [], selector }: StatusFlags): Promise<ElasticWebResource[]> {
  const webs: ElasticWebResource[] = [];
  for (const name of namespace.length === 0 ? [undefined] : namespace) {
    try {
      const { items } = await client.listAll(ELASTIC_WEB, { namespace: name, labelSelector: selector });
      webs.push(...items);
    } catch (error) {
      const isBadSelector = selector !== undefined && error instanceof KubeError && error.status === 400;
      const message = isBadSelector
        ? `--selector '${selector}' is not a label selector: ${error.serverMessage}`
        : `${messageOf(error)}${nextStep(error)}`;
      throw new Failure(message, undefined, { cause: error });
    }
  }
  return webs;
}

/** What to do about a list that failed. */
function nextStep(error: unknown): string {
  if (isNotFound(error)) return '; is the CRD installed? kubectl apply --server-side -f dist/crd.k8s.yaml';
  if (isForbidden(error))
    return '; --namespace names one that you may look into, and kubectl auth can-i list elasticwebs tells';
  if (error instanceof KubeError && error.status === undefined) return '; is it up, and does --context name it?';
  return '';
}
