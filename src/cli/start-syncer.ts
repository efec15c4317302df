/** From the flags of `elasticweb syncer` to a running syncer, until it is told to stop. */

import { VERSION } from '../api/version.ts';
import { KubeClient } from '../kube/client.ts';
import { type Identity, loadIdentity } from '../kube/identity.ts';
import { Transport } from '../kube/transport.ts';
import { createLog } from '../syncer/log.ts';
import { runSyncer } from '../syncer/syncer.ts';
import { Failure } from './failure.ts';
import type { Io } from './io.ts';
import type { SyncerFlags } from './syncer.ts';

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
  const transport = new Transport({ identity, userAgent: `elasticweb-syncer/${VERSION}` });
  log.info('starting', { version: VERSION, server: identity.server, source: identity.source });

  const stop = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => {
    log.info('stopping', { signal });
    stop.abort();
  };
  process.once('SIGTERM', onSignal).once('SIGINT', onSignal);
  const options = {
    client: new KubeClient({ transport }),
    log,
    namespaces: flags.namespace ?? [],
    selector: flags.selector,
    workers: flags.workers,
    allowedServiceTypes: flags.allowedServiceTypes,
    maxReplicas: flags.maxReplicas,
  };
  try {
    await runSyncer(options, stop.signal);
  } finally {
    process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
    await transport.close();
  }
  log.info('stopped');
}

async function identityOf({ kubeconfig, context }: SyncerFlags, { env }: Io): Promise<Identity> {
  try {
    return await loadIdentity({ env, kubeconfig, context });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Failure(`The syncer did not start: ${message}`, undefined, { cause: error });
  }
}
