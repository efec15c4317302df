/** From the flags of `elasticweb syncer` to a running syncer, until it is told to stop. */

import { createHash, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { VERSION } from '../api/version.ts';
import { KubeClient } from '../kube/client.ts';
import { KubeError } from '../kube/errors.ts';
import { type Identity, loadIdentity } from '../kube/identity.ts';
import { LeaseElection } from '../kube/lease.ts';
import { type AttemptReport, Transport } from '../kube/transport.ts';
import { messageOf, rootCause } from '../net/cause.ts';
import { LoadSource, type QueryReport } from '../prometheus/source.ts';
import { defaultFastWindowSeconds } from '../prometheus/windows.ts';
import { Endpoints } from '../syncer/endpoints.ts';
import { ELASTIC_WEB, FIELD_MANAGER } from '../syncer/kinds.ts';
import { createLog, type Log } from '../syncer/log.ts';
import { Metrics } from '../syncer/metrics.ts';
import { Syncer } from '../syncer/syncer.ts';
import { EXIT, Failure } from './failure.ts';
import type { Io } from './io.ts';
import { loadSourceOptions, shownUrl } from './prometheus-flags.ts';
import type { SyncerFlags } from './syncer.ts';

/**
 * V8 lets its heap grow up to fourfold before it looks for what is no longer used. A small heap may double, which costs little; a large one,
 * of thousands of ElasticWebs, grows by a fifth. Looked at from time to time, because V8 takes the rate of the moment.
 */
function limitHeapGrowth(): void {
  const isLarge = getHeapStatistics().used_heap_size > LARGE_HEAP_BYTES;
  setFlagsFromString(`--heap-growing-percent=${isLarge ? 20 : 100}`);
}
const LARGE_HEAP_BYTES = 24 * 1024 * 1024;
const HEAP_LOOK_MS = 500;

/** What requests say that are ended because the process ends. */
const STOPPING = new KubeError({
  verb: 'any call to',
  target: 'the API server',
  reason: 'Unreachable',
  message: 'the syncer is stopping',
});

/** What is in hand at SIGTERM may take this long; then its requests are ended, so that the process is gone within 5 s. */
const FINISH_MS = 4_000;

/**
 * Runs the syncer until SIGTERM or SIGINT; then finishes what is in hand and returns.
 *
 * @throws Failure when there is no API server to talk to, and when another process leads after this one did
 */
export async function startSyncer(flags: SyncerFlags, io: Io): Promise<void> {
  limitHeapGrowth();
  const heapLooks = setInterval(limitHeapGrowth, HEAP_LOOK_MS).unref();
  const log = createLog({
    level: flags.logLevel,
    format: flags.logFormat,
    write: (line) => io.stderr.write(line),
    now: () => new Date(),
  });
  const source = sourceOf(flags, (query) => metrics.queried(query));
  const identity = await identityOf(flags, io);
  const hurry = new AbortController();
  const metrics = new Metrics(identity.server);
  const toApiServer = {
    identity,
    userAgent: `elasticweb-syncer/${VERSION}`,
    signal: hurry.signal,
    onAttempt: (attempt: AttemptReport) => metrics.attempted(attempt),
  };
  const transport = new Transport(toApiServer);
  // The Lease waits behind no other request.
  const leaseTransport = new Transport({ ...toApiServer, connections: 2, timeoutMs: 5_000 });
  log.info('starting', {
    ...{ version: VERSION, server: identity.server, source: identity.source },
    ...{ namespaces: flags.namespace?.join(), selector: flags.selector, leaderElect: flags.leaderElect },
    prometheus: shownUrl(flags),
  });

  const stop = new AbortController();
  let lastCall: NodeJS.Timeout | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    log.info('stopping', { signal });
    stop.abort();
    lastCall ??= setTimeout(() => hurry.abort(STOPPING), FINISH_MS);
  };
  process.once('SIGTERM', onSignal).once('SIGINT', onSignal);
  const syncer = syncerOf({ flags, identity, transport, leaseTransport, source, log, metrics, hurry });
  let endpoints: Endpoints | undefined;
  try {
    endpoints = await listen(flags, { metrics, isReady: () => syncer.isReady });
    if (endpoints) log.info('listening', { port: endpoints.port });
    void tellBadCredentials(source, log, stop.signal);
    await refuseBadSelector(new KubeClient({ transport }), flags);
    if ((await syncer.run(stop.signal)) === 'lost') {
      log.error('lease lost', { lease: leaseOf(flags, identity).name });
      throw new Failure(
        'The syncer ended: it could not renew its Lease in time, and another may lead now. Start it again.',
      );
    }
  } finally {
    clearTimeout(lastCall);
    clearInterval(heapLooks);
    process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
    await endpoints?.close();
    await Promise.all([transport.close(), leaseTransport.close(), source?.close()]);
    // A connection that is just being made would keep the process for up to ten seconds, and undici gives no hold of it.
    setTimeout(() => process.exit(), 200).unref();
  }
  log.info('stopped');
}

/** @throws Failure that says which flag is wrong */
function sourceOf(flags: SyncerFlags, onQuery: (report: QueryReport) => void): LoadSource | undefined {
  try {
    const options = loadSourceOptions(flags);
    return options && new LoadSource({ ...options, onQuery });
  } catch (error) {
    throw new Failure(`The syncer did not start: ${messageOf(error)}.`, EXIT.usage, { cause: error });
  }
}

/** While nothing scales, Prometheus is not asked, and a Secret that was not mounted would show only when it is needed. */
async function tellBadCredentials(source: LoadSource | undefined, log: Log, signal: AbortSignal): Promise<void> {
  try {
    const why = await source?.credentialsTrouble(signal);
    if (why !== undefined) log.warn('Prometheus cannot be asked', { why });
  } catch {
    // The syncer stops.
  }
}

interface Parts {
  readonly flags: SyncerFlags;
  readonly identity: Identity;
  readonly transport: Transport;
  readonly leaseTransport: Transport;
  readonly source: LoadSource | undefined;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Ends every request when it aborts. */
  readonly hurry: AbortController;
}

function syncerOf({ flags, identity, transport, leaseTransport, source, log, metrics, hurry }: Parts): Syncer {
  const instance = `${hostname()}_${randomUUID()}`;
  const { namespace, name } = leaseOf(flags, identity);
  const named = `${namespace}/${name}`;
  const lease = new LeaseElection({
    client: new KubeClient({ transport: leaseTransport }),
    ...{ namespace, name, identity: instance, fieldManager: FIELD_MANAGER },
    onError: (error) =>
      log.warn('the Lease could not be had', { lease: named, error: messageOf(error), hint: LEASE_HINT }),
    onOtherLeads: (holder) => log.info('waiting, another leads', { lease: named, holder, identity: instance }),
  });
  const election = flags.leaderElect
    ? { name: named, identity: instance, lease, onLost: () => hurry.abort(STOPPING) }
    : undefined;
  const client = new KubeClient({ transport, mayWrite: () => election === undefined || lease.isLeading });
  return new Syncer({
    ...{ client, log, metrics, instance, election },
    namespaces: flags.namespace ?? [],
    selector: flags.selector,
    workers: flags.workers,
    allowedServiceTypes: flags.allowedServiceTypes,
    maxReplicas: flags.maxReplicas,
    scaling: {
      reader: source,
      intervalMs: flags.interval * 1000,
      risingMs: (flags.fastWindow ?? defaultFastWindowSeconds(flags.scrapeInterval)) * 1000,
      stableWindowMs: flags.window * 1000,
      reservedLabels: [flags.namespaceLabel, flags.nameLabel],
    },
  });
}

const LEASE_HINT = 'is there such a namespace, and the right to Leases in it? --lease-namespace names another';

/** Outside of the cluster, the Lease is where the installation has it: a context's namespace may be any. */
function leaseOf(flags: SyncerFlags, { isPod, namespace }: Identity): { namespace: string; name: string } {
  return {
    namespace: flags.leaseNamespace ?? (isPod ? namespace : 'elasticweb-system'),
    name: flags.leaseName ?? defaultLeaseName(flags),
  };
}

/** Syncers that keep the same ElasticWebs compete; those that keep others do not. */
function defaultLeaseName({ selector, namespace = [] }: SyncerFlags): string {
  if (selector === undefined && namespace.length === 0) return 'elasticweb-syncer';
  const kept = JSON.stringify([selector ?? '', [...namespace].sort()]);
  return `elasticweb-syncer-${createHash('sha256').update(kept).digest('hex').slice(0, 10)}`;
}

async function listen(
  { listen: address }: SyncerFlags,
  options: Pick<Parameters<typeof Endpoints.listen>[0], 'metrics' | 'isReady'>,
): Promise<Endpoints | undefined> {
  if (address === undefined) return undefined;
  try {
    return await Endpoints.listen({ ...address, ...options });
  } catch (error) {
    const { host = '', port } = address;
    throw new Failure(`The syncer did not start: --listen ${host}:${port}: ${rootCause(error)}`);
  }
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

async function identityOf({ kubeconfig, context }: SyncerFlags, { env, serviceAccountDir }: Io): Promise<Identity> {
  try {
    return await loadIdentity({
      env,
      kubeconfig,
      context,
      ...(serviceAccountDir !== undefined && { serviceAccountDir }),
    });
  } catch (error) {
    throw new Failure(`The syncer did not start: ${messageOf(error)}`, undefined, { cause: error });
  }
}
