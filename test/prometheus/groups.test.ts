import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupTargets, MOST_GROUPS } from '../../src/prometheus/groups.ts';
import { target } from './targets.ts';

const labels = { namespace: 'namespace', name: 'service' };

test('ElasticWebs with the same metric are asked for together, whatever the order of their labels', () => {
  const { groups, refused } = groupTargets(
    [
      target('a', { matchLabels: { method: 'GET', code: '200' } }),
      target('b', { matchLabels: { code: '200', method: 'GET' } }),
      target('c', {}, 'blog'),
      target('d', { matchLabels: {} }),
      target('e', { type: 'External', matchLabels: { code: '200', method: 'GET' } }),
      target('f', { name: 'requests_total' }),
    ],
    labels,
  );
  assert.deepEqual(
    groups.map(({ targets }) => targets.map(({ name }) => name).join()),
    ['c,d', 'a,b', 'e', 'f'],
  );
  assert.equal(refused.size, 0);
});

test('a group knows the namespaces that ask, and is the same one when another namespace joins', () => {
  const [alone] = groupTargets([target('a'), target('b')], labels).groups;
  const [joined] = groupTargets([target('a'), target('b'), target('a', {}, 'blog')], labels).groups;
  assert.deepEqual([alone?.namespaces, joined?.namespaces], [['shop'], ['blog', 'shop']]);
  assert.equal(joined?.id, alone?.id);
});

test('of more than fifty groups of one namespace the largest are asked for, then the first by name, in whatever order they come', () => {
  const single = Array.from({ length: 60 }, (_, n) =>
    target(`single-${n}`, { name: `m${String(n).padStart(2, '0')}` }),
  );
  const pair = [target('one', { name: 'z' }), target('two', { name: 'z' })];
  for (const all of [[...single, ...pair], [...pair, ...single].reverse()]) {
    const { groups, refused } = groupTargets(all, labels);
    assert.equal(groups.length, MOST_GROUPS);
    assert.deepEqual(
      groups.map(({ metric }) => metric),
      ['z', ...single.slice(0, 49).map(({ metric }) => metric.name)],
    );
    assert.deepEqual(
      [...refused.keys()].sort(),
      single
        .slice(49)
        .map(({ key }) => key)
        .sort(),
    );
    assert.equal(refused.get('shop/single-59')?.reason, 'TooManyQueries');
  }
});

test('fifty groups of one namespace push out neither the groups of others nor one that namespaces share', () => {
  const many = Array.from({ length: 60 }, (_, n) => target(`own-${n}`, { name: `a${String(n).padStart(2, '0')}` }));
  // More targets than those of others does not help either.
  const twins = many.map((one) => ({ ...one, key: `${one.key}-twin` }));
  const others = [
    target('web', { name: 'z' }, 'blog'),
    target('web', { name: 'y' }, 'cart'),
    target('api', { name: 'z9' }, 'cart'),
    ...['shop', 'cart', 'desk'].map((namespace) => target('shared', { name: 'zz' }, namespace)),
  ];
  for (const all of [[...many, ...twins, ...others], [...others, ...twins, ...many].reverse()]) {
    const { groups, refused } = groupTargets(all, labels);
    assert.deepEqual(
      groups.map(({ metric }) => metric),
      ['zz', 'z', 'a00', 'y', 'a01', 'z9', ...many.slice(2, 46).map(({ metric }) => metric.name)],
    );
    assert.equal(refused.size, 2 * 14);
  }
});

test('groups that two namespaces share push out no group of a third', () => {
  const shared = Array.from({ length: 60 }, (_, n) => `a${n}`).flatMap((name) =>
    ['one', 'two'].map((namespace) => target(name, { name }, namespace)),
  );
  const { groups } = groupTargets([...shared, target('web', { name: 'z' })], labels);
  assert.deepEqual(
    groups.slice(0, 3).map(({ metric }) => metric),
    ['a0', 'z', 'a1'],
  );
});

const refusals = [
  { metric: { matchLabels: { namespace: 'other' } }, why: /matchLabels must not have namespace/ },
  { metric: { matchLabels: { service: 'other' } }, why: /matchLabels must not have service/ },
  { metric: { matchLabels: { __name__: 'up' } }, why: /"__name__" in its matchLabels is not a Prometheus label name/ },
  { metric: { matchLabels: { 'a"': 'b' } }, why: /"a\\"" in its matchLabels is not a Prometheus label name/ },
  { metric: { matchLabels: { a: '\ud800' } }, why: /value of a in its matchLabels has half a character/ },
  {
    metric: { name: 'up} or vector(1e9) #' },
    why: /its name, "up\} or vector\(1e9\) #", is not a Prometheus metric name/,
  },
  { metric: { name: '' }, why: /its name, "", is not/ },
  { metric: { name: 'up\n' }, why: /its name, "up\\n", is not/ },
];

for (const { metric, why } of refusals) {
  test(`a metric like ${JSON.stringify(metric)} is never asked for, and says why`, () => {
    const { groups, refused } = groupTargets([target('bad', metric), target('good')], labels);
    assert.deepEqual(
      groups.flatMap(({ targets }) => targets.map(({ name }) => name)),
      ['good'],
    );
    assert.equal(refused.get('shop/bad')?.reason, 'NoSeries');
    assert.match(refused.get('shop/bad')?.message ?? '', why);
  });
}
