/** From the flags of `elasticweb syncer` to a running syncer, until it is told to stop. */

import { VERSION } from '../api/version.ts';
import { KubeClient } from '../kube/client.ts';
import { type Identity, loadIdentity } from '../kube/identity.ts';
import { Transport } from '../kube/transport.ts';
import { createLog } from '../syncer/log.ts';
import { KubeError } from '../kube/errors.ts';
import { ELASTIC_WEB } from '../syncer/kinds.ts';
import { runSyncer } from '../syncer/syncer.ts';
import { Failure } from './failure.ts';
import type { Io } from './io.ts';
import type { SyncerFlags } from './syncer.ts';

/** What is in hand at SIGTERM may take this long; then its requests are ended, so that the process is gone within 5 s. */
const FINISH_MS = 4_000;

/**
 * Runs the syncer until SIGTERM or SIGINT; then finishes what is in hand and returns.
 *
 * @throws Failure when there is no API server to talk to
 */
export async function startSyncer(flags: SyncerFlags, io: Io): Promise<void> {
  const log = createLog({
    level: flags.logLevel,
    format: flags.logFormat,
    write: (line) => io.stderr.write(line),
    now: () => new Date(),
  });
  const identity = await identityOf(flags, io);
  const hurry = new AbortController();
  const transport = new Transport({ identity, userAgent: `elasticweb-syncer/${VERSION}`, signal: hurry.signal });
  const client = new KubeClient({ transport });
  log.info('starting', { version: VERSION, server: identity.server, source: identity.source });

  const stop = new AbortController();
  let lastCall: NodeJS.Timeout | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    log.info('stopping', { signal });
    stop.abort();
    lastCall = setTimeout(() => {
      hurry.abort(new Error('the syncer is stopping'));
      // Those that wait for a connection hear no signal.
      void transport.close();
    }, FINISH_MS);
  };
  process.once('SIGTERM', onSignal).once('SIGINT', onSignal);
  const options = {
    client,
    log,
    namespaces: flags.namespace ?? [],
    selector: flags.selector,
    workers: flags.workers,
    allowedServiceTypes: flags.allowedServiceTypes,
    maxReplicas: flags.maxReplicas,
  };
  try {
    await refuseBadSelector(client, flags);
    await runSyncer(options, stop.signal);
  } finally {
    clearTimeout(lastCall);
    process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
    await transport.close();
  }
  log.info('stopped');
}

/** The API server knows best what a label selector is; one that it refuses would be refused for ever. */
async function refuseBadSelector(
  client: KubeClient,
  { selector, namespace: [namespace] = [] }: SyncerFlags,
): Promise<void> {
  if (selector === undefined) return;
  try {
    await client.list(ELASTIC_WEB, { labelSelector: selector, namespace, limit: 1 });
  } catch (error) {
    // Whatever else is wrong, such as an API server that is not up yet, passes or is told by the watches.
    if (!(error instanceof KubeError) || error.status !== 400) return;
    throw new Failure(
      `The syncer did not start: --selector '${selector}' is not a label selector: ${error.serverMessage}`,
    );
  }
}

async function identityOf({ kubeconfig, context }: SyncerFlags, { env }: Io): Promise<Identity> {
  try {
    return await loadIdentity({ env, kubeconfig, context });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Failure(`The syncer did not start: ${message}`, undefined, { cause: error });
  }
}
