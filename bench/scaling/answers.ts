/** A worker that answers as a Prometheus with thousands of services would: what it knows is made up, and it is as large as the real thing. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { parentPort, workerData } from 'node:worker_threads';

const { count, pods, singlePodQps } = workerData as { count: number; pods: number; singlePodQps: number };

/** Half of the services need another pod at every other tick. */
function answer(query: string, tick: number): string {
  const time = Date.now() / 1000;
  const result: object[] = [];
  const isLoad = !query.includes('covered');
  for (let i = 0; i < count; i += 1) {
    const metric = { namespace: 'bench', service: `web-${i}` };
    const qps = pods * singlePodQps - (i % 2 === 0 && tick % 2 === 0 ? -1.25 : 1.375);
    const readings: [string, number][] = isLoad
      ? [
          ['stable', qps],
          ['fast', qps - 0.123456789],
        ]
      : [
          ['covered', pods],
          ['seen', pods],
          ['fast', pods],
        ];
    for (const [reading, value] of readings) {
      result.push({ metric: { ...metric, elasticweb_reading: reading }, value: [time, String(value)] });
    }
  }
  return JSON.stringify({ status: 'success', data: { resultType: 'vector', result } });
}

let loads = 0;
const server = createServer((request, response) => {
  void text(request).then((body) => {
    const query = new URLSearchParams(body).get('query') ?? '';
    if (!query.includes('covered')) loads += 1;
    response.setHeader('content-type', 'application/json').end(answer(query, loads));
  });
}).listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));
