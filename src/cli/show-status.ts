/** What the ElasticWebs of a cluster are doing: shown once, or for as long as somebody looks. */

import { KubeClient, type KubeClientOptions } from '../kube/client.ts';
import { KubeError } from '../kube/errors.ts';
import { messageOf } from '../net/cause.ts';
import { ELASTIC_WEB, type ElasticWebResource } from '../syncer/kinds.ts';
import { nextStep, withCluster } from './cluster.ts';
import { Failure } from './failure.ts';
import { type Io, writeLine } from './io.ts';
import { writeRows } from './output-option.ts';
import type { AskedFor, StatusFlags } from './status.ts';
import { isAskedFor, isNamed } from './status/asked-for.ts';
import { byName, rowOf } from './status/row.ts';
import { messagesOf, notesOn, tableLines } from './status/table.ts';
import { watchStatus } from './status/watch.ts';
import { widthOf } from './terminal.ts';

const AS_STATUS = { command: 'status', makeClient: (options: KubeClientOptions) => new KubeClient(options) };

/**
 * Shows the ElasticWebs of these names, or all of them; with `--watch` it does not return.
 *
 * @throws Failure when the API server cannot be talked to, or does not let us see them, and when one that is named is not there
 */
export async function showStatus(names: readonly AskedFor[], flags: StatusFlags, io: Io): Promise<void> {
  await withCluster(flags, io, AS_STATUS, async ({ client }) => {
    const webs = await listed(client, flags);
    if (flags.watch) return watchStatus(client, names, flags, io);
    await showOnce(webs, names, flags, io);
  });
}

async function showOnce(
  webs: readonly ElasticWebResource[],
  names: readonly AskedFor[],
  flags: StatusFlags,
  io: Io,
): Promise<void> {
  const nowMs = Date.now();
  const rows = webs
    .filter((web) => isAskedFor(web, names))
    .map((web) => rowOf(web, nowMs))
    .sort(byName);
  const missing = names.filter((name) => !rows.some((row) => isNamed(row, name)));
  if (flags.output !== 'table') {
    await writeRows(io.stdout, rows, flags.output);
  } else if (rows.length > 0) {
    const width = io.stdout.isTTY === true ? widthOf(io.stdout) : Infinity;
    io.stdout.write(`${tableLines(rows, { nowMs, width, withNamespace: flags.namespace?.length !== 1 }).join('\n')}\n`);
    if (names.length > 0) for (const line of messagesOf(rows)) writeLine(io.stdout, line);
    for (const note of notesOn(rows)) writeLine(io.stderr, note);
  } else if (missing.length === 0) {
    writeLine(io.stderr, `no ElasticWebs ${placeOf(flags)}`);
  }
  if (missing.length > 0) {
    const listed = missing.map(({ namespace, name }) => [namespace, name].filter(Boolean).join('/')).join(', ');
    throw new Failure(`no ElasticWeb ${listed} ${placeOf(flags)}; elasticweb status shows which there are`);
  }
}

function placeOf({ namespace = [], selector }: StatusFlags): string {
  const where = namespace.length === 0 ? 'in any namespace' : `in ${namespace.join(', ')}`;
  return selector === undefined ? where : `${where} with labels ${selector}`;
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
        : `${messageOf(error)}${nextStep(error, { forbidden: RIGHTS })}`;
      throw new Failure(message, undefined, { cause: error });
    }
  }
  return webs;
}

const RIGHTS = '--namespace names one that you may look into, and kubectl auth can-i list elasticwebs tells';
