/** Whether Prometheus itself reads our queries as they are meant. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { groupTargets } from '../../src/prometheus/groups.ts';
import { coverageQuery, loadQuery } from '../../src/prometheus/query.ts';
import { type Prometheus, startPrometheus } from '../control-plane/prometheus.ts';
import { target } from '../prometheus/targets.ts';

const labels = { namespace: 'namespace', name: 'service' };
const windows = { scrapeIntervalSeconds: 0.25, stableWindowSeconds: 60, fastWindowSeconds: 35 };
const run = new AsyncDisposableStack();
let prometheus: Prometheus;

interface Matcher {
  readonly name: string;
  readonly type: string;
  readonly value: string;
}

/** All matchers of a query, as Prometheus parses it. */
async function matchersOf(query: string): Promise<Matcher[]> {
  const answer = await fetch(new URL('api/v1/parse_query', prometheus.url), {
    method: 'POST',
    body: new URLSearchParams({ query }),
  });
  const { status, data } = (await answer.json()) as { status: string; data: unknown };
  assert.equal(status, 'success', query);
  const found: Matcher[] = [];
  JSON.stringify(data, (key, value: unknown) => {
    if (key === 'matchers') found.push(...(value as Matcher[]));
    return value;
  });
  return found;
}

describe('Prometheus', () => {
  before(async () => {
    prometheus = run.use(await startPrometheus({ targets: [], scrapeIntervalSeconds: 60 }));
  });
  after(() => run.disposeAsync());

  for (const value of [
    '"} or vector(1e9) #',
    '\\',
    '\\"',
    '\n',
    '\r\n\t',
    '\u0000\u0001\u007f\u0085',
    '`',
    'über 💥 \u2028',
    '{{.}} $1',
    '',
  ]) {
    test(`reads the value ${JSON.stringify(value)} as it is`, async () => {
      for (const type of ['Pods', 'External'] as const) {
        const [group] = groupTargets([target('web', { type, matchLabels: { path: value } })], labels).groups;
        assert.ok(group);
        const settings = { labels, windows, idleWindowSeconds: 300 };
        for (const query of [loadQuery(group, settings), coverageQuery(group, settings)]) {
          const matchers = await matchersOf(query);
          const paths = matchers.filter(({ name }) => name === 'path');
          assert.ok(paths.length > 0);
          for (const path of paths) assert.deepEqual(path, { name: 'path', type: '=', value });
          const names = new Set(matchers.filter(({ name }) => name === '__name__').map(({ value: metric }) => metric));
          assert.deepEqual(
            [...names].filter((name) => name !== 'up'),
            ['http_server_requests_seconds_count'],
          );
        }
      }
    });
  }
});
