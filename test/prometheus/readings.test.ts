import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Vector } from '../../src/prometheus/answer.ts';
import { groupTargets } from '../../src/prometheus/groups.ts';
import { tellReadings } from '../../src/prometheus/readings.ts';
import type { Reading } from '../../src/scaling/reading.ts';
import { series, target } from './targets.ts';
import { turnsDuring } from './turns.ts';

const labels = { namespace: 'namespace', name: 'service' };

function vector(result: readonly { readonly metric: object; readonly value: unknown }[]): Vector {
  const parsed = result.map(({ metric, value }) => {
    const [timeSeconds, sent] = Array.isArray(value) ? (value as unknown[]) : [];
    return {
      labels: { ...metric },
      timeMs: typeof timeSeconds === 'number' ? timeSeconds * 1000 : undefined,
      value: sent,
    };
  });
  return { kind: 'vector', series: parsed, partial: false };
}

/** The readings of these ElasticWebs, which are all of one group. */
async function readings(targets: ReturnType<typeof target>[], load: Vector, coverage: Vector | undefined) {
  const [group] = groupTargets(targets, labels).groups;
  assert.ok(group);
  const told: Record<string, Reading> = {};
  const answers = { group, labels, server: 'Prometheus at p:9090', load, coverage };
  await tellReadings(answers, ({ key }, reading) => (told[key] = reading));
  return told;
}

const covered = vector([
  series('web', 'covered', '2'),
  series('web', 'seen', '3'),
  series('web', 'fast', '1'),
  series('web', 'idle', '4'),
]);

test('a load is measured over both windows, and idle targets count as covered and seen', async () => {
  const load = vector([series('web', 'stable', '100'), series('web', 'fast', '120.5'), series('other', 'stable', '7')]);
  const { 'shop/web': web } = await readings([target('web')], load, covered);
  assert.deepEqual(web, {
    kind: 'measured',
    stableQps: 100,
    fastQps: 120.5,
    targets: { covered: 6, seen: 7, fast: 1 },
  });
});

test('a load of 0 is measured', async () => {
  const load = vector([series('web', 'stable', '0'), series('web', 'fast', '0')]);
  const { 'shop/web': web } = await readings([target('web')], load, covered);
  assert.deepEqual(web, { kind: 'measured', stableQps: 0, fastQps: 0, targets: { covered: 6, seen: 7, fast: 1 } });
});

test('a window without enough samples is missing, and the other one is measured', async () => {
  const load = vector([series('a', 'stable', '5'), series('b', 'fast', '6')]);
  const { 'shop/a': a, 'shop/b': b } = await readings([target('a'), target('b')], load, covered);
  const targets = { covered: 0, seen: 0, fast: 0 };
  assert.deepEqual(a, { kind: 'measured', stableQps: 5, fastQps: undefined, targets });
  assert.deepEqual(b, { kind: 'measured', stableQps: undefined, fastQps: 6, targets });
});

const load = vector([series('web', 'stable', '100')]);
const doubtful = [
  { name: 'could not be read', coverage: undefined, targets: { covered: 0, seen: 0, fast: 0 } },
  { name: 'may be incomplete', coverage: { ...covered, partial: true }, targets: { covered: 0, seen: 7, fast: 1 } },
  {
    name: 'is not that of our query',
    coverage: vector([{ metric: {}, value: [1, '1'] }]),
    targets: { covered: 0, seen: 0, fast: 0 },
  },
  {
    name: 'has no counts',
    coverage: vector([series('web', 'covered', '1.5'), series('web', 'seen', 'NaN')]),
    targets: { covered: 0, seen: 0, fast: 0 },
  },
  {
    name: 'has two counts',
    coverage: vector([series('web', 'covered', '1'), series('web', 'covered', '1')]),
    targets: { covered: 0, seen: 0, fast: 0 },
  },
];

for (const { name, coverage, targets } of doubtful) {
  test(`when the coverage ${name}, the load is measured and no target is covered`, async () => {
    const { 'shop/web': web } = await readings([target('web')], load, coverage);
    assert.deepEqual(web, { kind: 'measured', stableQps: 100, fastQps: undefined, targets });
  });
}

test('a load that may be incomplete is a lower bound: measured, and no target is covered; nothing of it is unknown', async () => {
  const told = await readings([target('web'), target('other')], { ...load, partial: true }, covered);
  assert.deepEqual(told['shop/web'], {
    kind: 'measured',
    stableQps: 100,
    fastQps: undefined,
    targets: { covered: 0, seen: 7, fast: 1 },
  });
  assert.equal(told['shop/other']?.kind === 'unknown' && told['shop/other'].reason, 'PartialAnswer');
});

test('no series at all is no data, and no series of one beside those of others is none of this one', async () => {
  const { 'shop/web': nobody } = await readings([target('web')], vector([]), vector([]));
  assert.deepEqual(nobody, {
    kind: 'unknown',
    reason: 'NoData',
    message:
      'Prometheus at p:9090 has no http_server_requests_seconds_count with namespace="shop" and a label service; is the metric\'s name right, and is it scraped?',
  });
  const { 'shop/new': missing } = await readings([target('new')], load, covered);
  assert.deepEqual(missing, {
    kind: 'unknown',
    reason: 'NoSeries',
    message:
      'Prometheus at p:9090 has http_server_requests_seconds_count of others there, but none with namespace="shop" and service="new"',
  });
});

test('a single sample is no rate, and says so', async () => {
  for (const others of [vector([]), vector([series('other', 'stable', '1')])]) {
    const { 'shop/web': web } = await readings([target('web')], others, covered);
    assert.deepEqual(web, {
      kind: 'unknown',
      reason: 'NoSeries',
      message:
        'Prometheus at p:9090 has http_server_requests_seconds_count of this, but not yet the two samples that a rate takes',
    });
  }
});

const spoilt = [
  ...['NaN', '+Inf', '-Inf', '-1', 'abc', '', '1e309', null, 7].map((value) => ({
    sent: [series('bad', 'stable', value)],
    reason: 'InvalidValue',
  })),
  { sent: [series('bad', 'stable', '1'), series('bad', 'fast', 'NaN')], reason: 'InvalidValue' },
  { sent: [{ ...series('bad', 'stable', '1'), value: null }], reason: 'InvalidAnswer' },
  { sent: [series('bad', 'stable', '1', 'yesterday')], reason: 'InvalidAnswer' },
  { sent: [series('bad', 'stable', '1'), series('bad', 'stable', '1')], reason: 'InvalidAnswer' },
  { sent: [series('bad', 'steady', '1')], reason: 'InvalidAnswer' },
];

for (const { sent, reason } of spoilt) {
  test(`${JSON.stringify(sent.map(({ value }) => value))} spoils its own ElasticWeb only: ${reason}`, async () => {
    const told = await readings(
      [target('bad'), target('web')],
      vector([...sent, series('web', 'stable', '3')]),
      covered,
    );
    assert.equal(told['shop/bad']?.kind === 'unknown' && told['shop/bad'].reason, reason);
    assert.equal(told['shop/web']?.kind === 'measured' && told['shop/web'].stableQps, 3);
  });
}

test('series that do not say whose they are spoil the answer: it is not one to our query', async () => {
  for (const metric of [
    {},
    { namespace: 'shop', service: 'web' },
    { namespace: 'shop', elasticweb_reading: 'stable' },
  ]) {
    const told = await readings(
      [target('web')],
      vector([series('web', 'stable', '1'), { metric, value: [1, '1'] }]),
      covered,
    );
    assert.equal(told['shop/web']?.kind === 'unknown' && told['shop/web'].reason, 'InvalidAnswer');
  }
});

test('what is counted elsewhere belongs to all ElasticWebs of the namespace that ask for it', async () => {
  const external = { type: 'External', matchLabels: { ingress: 'web' } } as const;
  const targets = [target('a', external), target('b', external), target('c', external, 'blog')];
  const one = { metric: { namespace: 'shop', elasticweb_reading: 'stable' }, value: [1, '8'] };
  const told = await readings(
    targets,
    vector([one]),
    vector([{ ...one, metric: { ...one.metric, elasticweb_reading: 'covered' } }]),
  );
  const measured = { kind: 'measured', stableQps: 8, fastQps: undefined, targets: { covered: 8, seen: 0, fast: 0 } };
  assert.deepEqual([told['shop/a'], told['shop/b']], [measured, measured]);
  assert.match(
    told['blog/c']?.kind === 'unknown' ? told['blog/c'].message : '',
    /with namespace="blog"; is the metric/,
  );
});

test('readings of ten thousand ElasticWebs leave room for other work in between', async () => {
  const targets = Array.from({ length: 10_000 }, (_, n) => target(`web-${n}`));
  const all = vector(targets.map(({ name }, n) => series(name, 'stable', String(n))));
  const { result: told, turns } = await turnsDuring(() => readings(targets, all, covered));
  assert.equal(told['shop/web-9999']?.kind === 'measured' && told['shop/web-9999'].stableQps, 9999);
  assert.ok(turns >= 10, `${turns} turns`);
});
