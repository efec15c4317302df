import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DefaultedMetric } from '../../src/api/types.ts';
import { groupTargets } from '../../src/prometheus/groups.ts';
import { coverageQuery, loadQuery } from '../../src/prometheus/query.ts';
import { selectorText, stringText } from '../../src/prometheus/selector.ts';
import { parsed } from './parsed.ts';
import { target } from './targets.ts';

const labels = { namespace: 'namespace', name: 'service' };
const settings = {
  labels,
  windows: { scrapeIntervalSeconds: 15, stableWindowSeconds: 60, fastWindowSeconds: 35 },
  idleWindowSeconds: 300,
};

/** Both queries for the metric, asked for from these namespaces; none if it must not be asked for. */
function queries(metric: Partial<DefaultedMetric>, namespaces: readonly string[] = ['shop']): string[] {
  const targets = namespaces.map((namespace) => target('web', metric, namespace));
  return groupTargets(targets, labels).groups.flatMap((group) => [
    loadQuery(group, settings),
    coverageQuery(group, settings),
  ]);
}

test('the load of pods is grouped by namespace and name, over two windows, without Spring’s own pages', () => {
  const series = 'requests_total{namespace="shop",service!="",uri!~"/actuator.*",code="200",method="GET"}';
  const [load] = queries({ name: 'requests_total', matchLabels: { method: 'GET', code: '200' } });
  assert.equal(
    load,
    `label_replace(sum by (namespace, service) (rate(${series}[60000ms])), "elasticweb_reading", "stable", "", "") or ` +
      `label_replace(sum by (namespace, service) (irate(${series}[35000ms]) and timestamp(${series}) > time() - 17.5), "elasticweb_reading", "fast", "", "")`,
  );
});

test('whoever names an uri has said what counts', () => {
  for (const query of queries({ matchLabels: { uri: '/actuator/cart' } })) {
    assert.doesNotMatch(query, /!~/);
    assert.match(query, /,uri="\/actuator\/cart"}/);
  }
});

test('what is counted elsewhere is found by namespace and labels, and has no targets of ours that could be idle', () => {
  const [load = '', coverage = ''] = queries({
    type: 'External',
    name: 'nginx_requests',
    matchLabels: { ingress: 'web' },
  });
  assert.match(load, /sum by \(namespace\) \(rate\(nginx_requests\{namespace="shop",ingress="web"\}\[60000ms\]\)\)/);
  assert.match(coverage, /count by \(namespace, instance\)/);
  for (const query of [load, coverage]) assert.doesNotMatch(query, /service|uri|up\{|idle/);
});

test('coverage looks at both ends of the stable window, a scrape and a bit of each', () => {
  const [, coverage = ''] = queries({});
  assert.match(coverage, /\[17500ms\] offset 42500ms/);
  assert.match(coverage, /\[17500ms\]\)/);
});

test('a metric of one namespace is looked for in that namespace alone, in each selector of both queries', () => {
  for (const type of ['Pods', 'External'] as const) {
    const found = queries({ type, name: 'kube_secret_info', matchLabels: { secret: 'payroll-db' } }, ['hostile']);
    assert.equal(found.length, 2);
    for (const { matchers, metrics } of found.map(parsed)) {
      const namespaces = matchers.filter((matcher) => matcher.startsWith('namespace'));
      assert.deepEqual(namespaces, Array(metrics.length).fill('namespace="hostile"'));
    }
  }
});

test('a metric that several namespaces ask for is looked for in those, in whatever order they come', () => {
  const [first, second] = [queries({}, ['shop', 'blog', 'a-1', 'shop']), queries({}, ['a-1', 'shop', 'blog'])];
  assert.deepEqual(first, second);
  for (const { shape, matchers, metrics } of first.map(parsed)) {
    assert.ok(!shape.includes('⚠'));
    const namespaces = matchers.filter((matcher) => matcher.startsWith('namespace'));
    assert.deepEqual(namespaces, Array(metrics.length).fill('namespace=~"a-1|blog|shop"'));
  }
});

test('a metric of more than two hundred namespaces is nobody’s secret, and the query does not name them', () => {
  const namespaces = Array.from({ length: 201 }, (_, n) => `team-${n}`);
  for (const query of queries({}, namespaces.slice(1))) assert.match(query, /namespace=~"team-1\|team-10\|/);
  for (const query of queries({}, namespaces)) {
    assert.doesNotMatch(query, /team/);
    assert.match(query, /\{namespace!="",service!=""/);
  }
});

// Texts that want to be more than a value.
const hostile = fc.oneof(
  fc.constantFrom(
    '"} or vector(1e9) #',
    '\\',
    '\\"',
    '"',
    '\n',
    '\r\n',
    '`',
    "'",
    '\u0000',
    '\u2028',
    '{}',
    '$1',
    'über',
    '💥',
    '',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: fc.constantFrom('"', '\\', '\n', '}', ' ', '#', 'n', 'u', '0'), maxLength: 12 }),
);
const labelName = fc
  .stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,8}$/)
  .filter((name) => !['namespace', 'service'].includes(name));
const type = fc.constantFrom('Pods' as const, 'External' as const);

test('whatever the values are, they come back as they were, and the query around them stays what it is', () => {
  const matchLabels = fc.dictionary(labelName, hostile, { minKeys: 1, maxKeys: 4 });
  fc.assert(
    fc.property(matchLabels, type, (given, metricType) => {
      const harmless = Object.fromEntries(Object.keys(given).map((name) => [name, 'x']));
      const plain = queries({ type: metricType, matchLabels: harmless }).map(parsed);
      const found = queries({ type: metricType, matchLabels: given }).map(parsed);
      assert.equal(found.length, 2);
      for (const [index, { shape, matchers, groupings, metrics }] of found.entries()) {
        assert.ok(!shape.includes('⚠'), 'the grammar cannot read it');
        assert.deepEqual(shape, plain[index]?.shape);
        assert.deepEqual([groupings, metrics], [plain[index]?.groupings, plain[index]?.metrics]);
        assert.ok(groupings.length > 0 && groupings.every((grouping) => grouping.startsWith('(namespace')));
        const selectors = metrics.filter((metric) => metric !== 'up').length;
        for (const [name, value] of Object.entries(given)) {
          const values = matchers
            .filter((matcher) => matcher.startsWith(`${name}=`))
            .map((matcher) => matcher.slice(name.length + 1));
          assert.equal(values.length, selectors);
          // Its escapes are those of JSON too.
          for (const literal of values) assert.equal(JSON.parse(literal), value);
        }
      }
    }),
  );
});

test('names that are none never become part of a query', () => {
  fc.assert(
    fc.property(hostile, hostile, type, (name, label, metricType) => {
      const [asName, asLabel] = [
        queries({ type: metricType, name }),
        queries({ type: metricType, matchLabels: { [label]: 'x' } }),
      ];
      const fits = /^[a-zA-Z_]\w*$/;
      for (const query of fits.test(name) ? [] : asName) assert.fail(query);
      for (const query of fits.test(label) ? [] : asLabel) assert.fail(query);
    }),
  );
});

test('a selector of something else than names is a mistake of ours, and never text', () => {
  const selection = { metric: 'up', among: [], present: [], equal: [], withoutActuator: false } as const;
  assert.equal(selectorText(selection), 'up{}');
  assert.throws(() => selectorText({ ...selection, metric: 'up{}' }), TypeError);
  assert.throws(() => selectorText({ ...selection, present: ['a-b'] }), TypeError);
  assert.throws(() => selectorText({ ...selection, equal: [['__name__', 'up']] }), TypeError);
  assert.throws(() => stringText('\udc00'), TypeError);
  for (const namespaces of [[], [''], ['.*'], ['a|b'], ['shop', 'Shop'], ['a.b'], ['-a'], ['a\n'], ['a'.repeat(64)]]) {
    const among = [['namespace', namespaces]] as const;
    assert.throws(() => selectorText({ ...selection, among }), TypeError, JSON.stringify(namespaces));
  }
});
