/** What watches over elasticweb: which pods and Services are found, when somebody is told, and what is refused. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ElasticWebInstall } from '../../../src/construct/install.ts';
import { InvalidPropsError } from '../../../src/construct/invalid-props.ts';
import { ElasticWebMonitoring } from '../../../src/construct/monitoring/monitoring.ts';
import { deepFreeze, elasticWeb } from '../../api/objects.ts';
import { asYaml, charted, childrenOf, type RenderedDeployment, rolesOf } from '../rendered.ts';
import { alertsOf, find, monitored } from './monitored.ts';

test('everything there is', () => {
  assert.deepEqual(
    monitored().map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? '-'}/${metadata.name}`),
    [
      'PodMonitor elasticweb-system/elasticweb-syncer',
      'ServiceMonitor elasticweb-system/elasticweb',
      'PrometheusRule elasticweb-system/elasticweb',
      'ConfigMap elasticweb-system/elasticweb-dashboard',
    ],
  );
});

test('the objects are open to patches', () => {
  charted((scope) => {
    const { syncers, webs, alerts, dashboard } = new ElasticWebMonitoring(scope, 'monitoring');
    const kinds = [syncers, webs, alerts, dashboard].map(({ kind }) => kind);
    assert.deepEqual(kinds, ['PodMonitor', 'ServiceMonitor', 'PrometheusRule', 'ConfigMap']);
  });
});

test('the syncers of an installation are found by the labels, the port and the namespace that it gives them', () => {
  const props = { name: 'shard-a', namespace: 'ops' };
  const installed = charted((scope) => new ElasticWebInstall(scope, 'elasticweb', props));
  const { metadata, spec } = installed.find(({ kind }) => kind === 'Deployment') as RenderedDeployment;
  const pods = spec.template;
  assert.deepEqual(find(monitored({ syncers: [props] }), 'PodMonitor').spec, {
    jobLabel: 'app.kubernetes.io/name',
    namespaceSelector: { matchNames: [metadata.namespace] },
    selector: {
      matchExpressions: [
        {
          key: 'app.kubernetes.io/name',
          operator: 'In',
          values: [pods.metadata.labels['app.kubernetes.io/name']],
        },
      ],
    },
    podMetricsEndpoints: [
      { port: pods.spec.containers[0].ports[0]?.name, path: '/metrics', interval: '15s', honorLabels: true },
    ],
  });
});

test('several installations are found together, in whatever namespaces they are', () => {
  const syncers = [
    { name: 'shard-b', namespace: 'b' },
    { name: 'shard-a', namespace: 'a' },
    { name: 'shard-a', namespace: 'b' },
  ];
  assert.partialDeepStrictEqual(find(monitored({ syncers }), 'PodMonitor').spec, {
    namespaceSelector: { matchNames: ['a', 'b'] },
    selector: { matchExpressions: [{ values: ['shard-a', 'shard-b'] }] },
  });
  const nobody = alertsOf({ syncers }).find(({ alert }) => alert === 'ElasticWebSyncerNoLeader')?.expr ?? '';
  assert.match(nobody, /\{job=~"shard-a\|shard-b"\}/);
  assert.equal(nobody.match(/vector\(0\)/g)?.length, 3);
});

test('the metrics Services of all ElasticWebs are found, and no other Service', () => {
  interface Found {
    readonly namespaceSelector: unknown;
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly endpoints: readonly [{ readonly port: string }];
  }
  const { namespaceSelector, selector, endpoints } = find(monitored(), 'ServiceMonitor').spec as Found;
  assert.deepEqual(namespaceSelector, { any: true });
  const { deployment, service, metricsService } = rolesOf({ mtargetPort: 'metrics' });
  assert.partialDeepStrictEqual(metricsService?.metadata.labels, selector.matchLabels);
  assert.equal(metricsService?.spec.ports[0].name, endpoints[0].port);
  assert.notEqual(service.spec.ports[0].name, endpoints[0].port);
  assert.equal(deployment.metadata.labels?.['app.kubernetes.io/managed-by'], 'elasticweb');
  assert.equal(childrenOf(elasticWeb()).length, 2, 'without mtargetPort there is no Service for metrics');
});

test('where and how ElasticWebs are scraped is in the props', () => {
  const props = { intervalSeconds: 30, webs: { namespaces: ['a', 'b'], path: '/metrics' } };
  assert.partialDeepStrictEqual(find(monitored(deepFreeze(props)), 'ServiceMonitor').spec, {
    namespaceSelector: { matchNames: ['a', 'b'] },
    endpoints: [{ path: '/metrics', interval: '30s' }],
  });
});

test('namespace and labels are what the selectors of Prometheus and Grafana want', () => {
  const labels = { prometheus: 'k8s', role: 'alert-rules' };
  const dashboard = { namespace: 'grafana', labels: { dashboards: 'yes' }, folder: 'Platform' };
  const manifests = monitored(deepFreeze({ namespace: 'monitoring', labels, dashboard }));
  for (const kind of ['PodMonitor', 'ServiceMonitor', 'PrometheusRule']) {
    const { metadata } = find(manifests, kind);
    assert.deepEqual([metadata.namespace, metadata.labels], ['monitoring', labels], kind);
  }
  assert.deepEqual(find(manifests, 'ConfigMap').metadata, {
    name: 'elasticweb-dashboard',
    namespace: 'grafana',
    labels: { dashboards: 'yes' },
    annotations: { grafana_folder: 'Platform' },
  });
});

test('by default they are what the common Helm charts look for', () => {
  for (const kind of ['PodMonitor', 'ServiceMonitor', 'PrometheusRule']) {
    assert.deepEqual(find(monitored(), kind).metadata.labels, { release: 'prometheus' }, kind);
  }
  const { labels, annotations } = find(monitored(), 'ConfigMap').metadata;
  assert.deepEqual([labels, annotations], [{ grafana_dashboard: '1' }, undefined]);
});

test('every alert says how bad it is, what is wrong, what that means, and where it is explained', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/monitoring.md'), 'utf8');
  const alerts = alertsOf();
  assert.equal(new Set(alerts.map(({ alert }) => alert)).size, alerts.length);
  for (const { alert, labels, annotations } of alerts) {
    assert.match(labels.severity ?? '', /^(critical|warning|info)$/, alert);
    assert.match(annotations.summary ?? '', /^[A-Z].*\.$/, alert);
    assert.match(annotations.description ?? '', /\.$/, alert);
    const anchor = alert.toLowerCase();
    assert.equal(annotations.runbook_url, `https://elasticweb.example.com/docs/monitoring.md#${anchor}`);
    assert.ok(page.includes(`\n### ${alert}\n`), `docs/monitoring.md has no section ${alert}`);
  }
  const explained = [...page.matchAll(/^### (ElasticWeb\w+)$/gm)].map(([, name]) => name);
  assert.deepEqual(
    explained.toSorted(),
    alerts.map(({ alert }) => alert).toSorted(),
    'docs/monitoring.md explains alerts that there are not',
  );
});

test('alerts are labelled and linked as the props say', () => {
  const alerts = { labels: { team: 'platform', severity: 'page' }, runbookUrl: 'https://wiki.example.com/elasticweb' };
  for (const { alert, labels, annotations } of alertsOf({ alerts: deepFreeze(alerts) })) {
    assert.equal(labels.team, 'platform');
    assert.notEqual(labels.severity, 'page', 'the severity is that of the alert');
    assert.equal(annotations.runbook_url, `https://wiki.example.com/elasticweb#${alert.toLowerCase()}`);
  }
});

test('the namespace of a chart does not move what says where it goes', () => {
  const inDev = charted((scope) => new ElasticWebMonitoring(scope, 'monitoring'), { namespace: 'dev' });
  assert.equal(asYaml(inDev), asYaml(monitored()));
});

const wrong: readonly { readonly name: string; readonly props: unknown; readonly errors: readonly RegExp[] }[] = [
  {
    name: 'all that is wrong',
    props: {
      namespace: 'Ops',
      intervalSeconds: 0,
      syncers: [{ name: 'a b', namespace: 'ops' }, { name: 'a' }],
      webs: { namespaces: [], path: 'metrics' },
      alerts: { runbookUrl: 'wiki', labels: { team: 'a b' } },
      dashboard: { folder: '' },
      labels: { 'a b': '' },
    },
    errors: [
      /^namespace: must be .* got "Ops"$/,
      /^intervalSeconds: must be a whole number from 1 to 3600, got 0$/,
      /^syncers\[0\]\.name: must be .* got "a b"$/,
      /^syncers\[1\]\.namespace: is required$/,
      /^webs\.namespaces: must have 1 to 1000 items, got 0$/,
      /^webs\.path: must be .* got "metrics"$/,
      /^alerts\.runbookUrl: must be .* got "wiki"$/,
      /^dashboard\.folder: must be .* got ""$/,
      /^labels: must have names .* got "a b"$/,
      /^alerts\.labels\.team: must be .* got "a b"$/,
    ],
  },
  { name: 'no syncer at all', props: { syncers: [] }, errors: [/^syncers: must have 1 to 100 items, got 0$/] },
  { name: 'a prop that there is not', props: { release: 'a' }, errors: [/^release: is not a known field$/] },
  { name: 'what is no object', props: { alerts: false }, errors: [/^alerts: must be an object, got false$/] },
  {
    name: 'null, which is not the same as not given',
    props: {
      namespace: null,
      labels: null,
      syncers: [null],
      webs: { namespaces: null },
      alerts: null,
      dashboard: { labels: { team: null } },
    },
    errors: [
      /^namespace: must be .* got null$/,
      /^syncers\[0\]: must be an object, got null$/,
      /^webs\.namespaces: must be a list, got null$/,
      /^alerts: must be an object, got null$/,
      /^labels: must be an object, got null$/,
      /^dashboard\.labels\.team: must be .* got null$/,
    ],
  },
  { name: 'null for its dashboard', props: { dashboard: null }, errors: [/^dashboard: must be an object, got null$/] },
  { name: 'null for props', props: null, errors: [/^must be an object, got null$/] },
  { name: 'a list for props', props: [], errors: [/^must be an object, got \[\]$/] },
  {
    name: 'a label that cdk8s would lose',
    props: { dashboard: { labels: { constructor: 'x' } } },
    errors: [/^dashboard\.labels\.constructor: cannot be rendered/],
  },
];
for (const { name, props, errors } of wrong) {
  test(`monitoring is refused with ${name}`, () => {
    assert.throws(
      () => monitored(props as object),
      (error: unknown) => {
        assert.ok(error instanceof InvalidPropsError);
        const [title, ...lines] = error.message.split('\n').map((line) => line.trim());
        assert.equal(title, 'ElasticWebMonitoring monitoring: nothing was rendered, these props must change:');
        assert.equal(lines.length, errors.length, lines.join('\n'));
        errors.forEach((expected, index) => assert.match(lines[index] ?? '', expected));
        return true;
      },
    );
  });
}

test('props that are undefined are not given', () => {
  const nothing = { namespace: undefined, labels: undefined, webs: undefined, alerts: undefined, dashboard: undefined };
  assert.equal(asYaml(monitored(nothing)), asYaml(monitored()));
});
