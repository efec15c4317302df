/** HTTP/2 or HTTP/1.1 for the syncer's requests: the same requests to the same API server over both, in turns. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { TLSSocket } from 'node:tls';
import { type Dispatcher, Pool } from 'undici';
import { resourcePath } from '../src/kube/resource.ts';
import { DEPLOYMENT } from '../src/syncer/kinds.ts';
import { BENCH, BENCH_NAMESPACE, type Cluster, startCluster } from './cluster.ts';
import { median } from './figures.ts';
import { inFlight } from './in-flight.ts';
import { aligned } from './report.ts';

/** One case: what is sent, over what, and how many at a time. */
export interface TransportFigures {
  readonly protocol: string;
  readonly request: string;
  readonly inFlight: number;
  readonly requestsPerSecond: number;
  /** Processor time of the client. */
  readonly cpuMsPerRequest: number;
}

const PROTOCOLS = {
  'HTTP/1.1': { allowH2: false, connections: 16, alpn: 'http/1.1' },
  'HTTP/2': { allowH2: true, connections: 1, alpn: 'h2' },
} as const;
const REQUESTS = ['GET', 'apply, nothing changes', 'apply, replicas change'] as const;
type RequestName = (typeof REQUESTS)[number];
/** How many requests make one measurement, by how many are in flight. */
const WIDTHS = [
  { width: 1, count: 300 },
  { width: 16, count: 960 },
] as const;
/** Objects that the requests go round; more than are in flight, so that no two change the same one at a time. */
const OBJECTS = 64;

/** Measures each case once a round, in turns, so that what else the machine does falls on all; the medians are returned. */
export async function compareTransports(options: {
  readonly rounds: number;
  readonly onProgress: (line: string) => void;
}): Promise<TransportFigures[]> {
  options.onProgress('transport: starting etcd and kube-apiserver');
  await using cluster = await startCluster();
  await using owned = new AsyncDisposableStack();
  const { headers, tls } = await cluster.identity.read(false);
  const requesters = Object.entries(PROTOCOLS).map(([protocol, { alpn, ...pooled }]) => {
    const pool = new Pool(cluster.identity.server, { ...pooled, connect: tls });
    owned.defer(() => pool.destroy());
    return { protocol, alpn, requester: new Requester(pool, headers) };
  });
  await makeDeployments(cluster);
  for (const { alpn, requester } of requesters) await expectProtocol(alpn, () => requester.send('GET', 0));

  const samples = new Map<string, { readonly case: Case; readonly seconds: number[]; readonly cpuMs: number[] }>();
  for (let round = 0; round <= options.rounds; round += 1) {
    options.onProgress(round === 0 ? 'transport: warming up' : `transport: round ${round} of ${options.rounds}`);
    for (const request of REQUESTS) {
      for (const { width, count } of WIDTHS) {
        for (const { protocol, requester } of requesters) {
          const { seconds, cpuMs } = await measure(requester, request, width, count);
          if (round === 0) continue;
          const key = `${protocol} ${request} ${width}`;
          const sample = samples.get(key) ?? { case: { protocol, request, width, count }, seconds: [], cpuMs: [] };
          samples.set(key, sample);
          sample.seconds.push(seconds);
          sample.cpuMs.push(cpuMs);
        }
      }
    }
  }
  return [...samples.values()].map(({ case: { protocol, request, width, count }, seconds, cpuMs }) => ({
    protocol,
    request,
    inFlight: width,
    requestsPerSecond: count / median(seconds),
    cpuMsPerRequest: median(cpuMs) / count,
  }));
}

/** The figures as a table for people. */
export function transportText(figures: readonly TransportFigures[]): string {
  const rows = figures.map((row) => [
    row.request,
    String(row.inFlight),
    row.protocol,
    row.requestsPerSecond.toFixed(0),
    row.cpuMsPerRequest.toFixed(3),
  ]);
  return aligned([['Transport', 'in flight', 'protocol', 'requests/s', 'client CPU ms each'], ...rows]);
}

interface Case {
  readonly protocol: string;
  readonly request: RequestName;
  readonly width: number;
  readonly count: number;
}

/** Sends the requests of the comparison through one pool. */
class Requester {
  readonly #pool: Pool;
  readonly #headers: Readonly<Record<string, string>>;
  #sent = 0;

  constructor(pool: Pool, headers: Readonly<Record<string, string>>) {
    this.#pool = pool;
    this.#headers = headers;
  }

  async send(request: RequestName, object: number): Promise<void> {
    this.#sent += 1;
    const name = nameOf(object);
    const path = resourcePath(DEPLOYMENT, { namespace: BENCH_NAMESPACE, name });
    const common = { headers: { ...this.#headers, accept: 'application/json', 'user-agent': BENCH } };
    const replicas = request === 'apply, replicas change' ? 2 + this.#sent : 1;
    const options: Dispatcher.RequestOptions =
      request === 'GET'
        ? { ...common, method: 'GET', path }
        : {
            method: 'PATCH',
            path: `${path}?fieldManager=${BENCH}&force=true`,
            headers: { ...common.headers, 'content-type': 'application/apply-patch+yaml' },
            body: JSON.stringify(deployment(name, replicas)),
          };
    const { statusCode, body } = await this.#pool.request(options);
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`${request} was answered ${statusCode}: ${text}`);
    JSON.parse(text);
  }
}

async function measure(requester: Requester, request: RequestName, width: number, count: number) {
  // What the case before has left different is made as it was first.
  if (request === 'apply, nothing changes') await inFlight(16, objects(OBJECTS), (n) => requester.send(request, n));
  const [startMs, before] = [performance.now(), process.cpuUsage()];
  await inFlight(width, objects(count), (n) => requester.send(request, n % OBJECTS));
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - startMs) / 1000, cpuMs: (user + system) / 1000 };
}

/** @throws Error when the first connection speaks another protocol */
async function expectProtocol(alpn: string, connect: () => Promise<void>): Promise<void> {
  const found: unknown[] = [];
  const onConnected = (message: unknown) => {
    const { socket } = message as { readonly socket: unknown };
    // Without ALPN it is the protocol that needs no agreement.
    found.push(
      socket instanceof TLSSocket ? (socket.alpnProtocol === false ? 'http/1.1' : socket.alpnProtocol) : 'no TLS',
    );
  };
  subscribe('undici:client:connected', onConnected);
  await connect();
  unsubscribe('undici:client:connected', onConnected);
  if (found.some((protocol) => protocol !== alpn)) throw new Error(`expected ${alpn}, found ${found.join(', ')}`);
}

async function makeDeployments({ client }: Cluster): Promise<void> {
  await inFlight(16, objects(OBJECTS), (n) =>
    client.apply(DEPLOYMENT, deployment(nameOf(n), 1), { fieldManager: BENCH, force: true }),
  );
}

function objects(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function nameOf(object: number): string {
  return `transport-${object}`;
}

function deployment(name: string, replicas: number) {
  const labels = { app: name };
  const container = { name: 'web', image: 'nginx:1.29', ports: [{ name: 'http', containerPort: 80 }] };
  return {
    apiVersion: DEPLOYMENT.apiVersion,
    kind: DEPLOYMENT.kind,
    metadata: { namespace: BENCH_NAMESPACE, name, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  };
}
