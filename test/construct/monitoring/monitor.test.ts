/** The monitor of one ElasticWeb: beside its children, or beside the custom resource. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ElasticWebResource } from '../../../src/construct/elastic-web-resource.ts';
import { ElasticWeb } from '../../../src/construct/elastic-web.ts';
import { InvalidPropsError } from '../../../src/construct/invalid-props.ts';
import type { Manifest } from '../../../src/construct/manifest.ts';
import type { MonitorProps } from '../../../src/construct/monitoring/monitor.ts';
import { deepFreeze } from '../../api/objects.ts';
import { charted } from '../rendered.ts';

interface Monitor extends Manifest {
  readonly spec: { readonly selector: { readonly matchLabels: Readonly<Record<string, string>> } };
}

const spec = { image: 'nginx:1.29', port: 80, podPort: 8080, singlePodQPS: 500 };
const made = (props: object, id = 'shop') =>
  charted((scope) => new ElasticWeb(scope, id, { ...spec, ...props }), { namespace: 'dev' });
const isMonitor = ({ kind }: Manifest) => kind.endsWith('Monitor');
const monitorOf = (manifests: readonly Manifest[]) => manifests.find(isMonitor) as Monitor | undefined;

test('without the option there is no monitor', () => {
  assert.equal(monitorOf(made({ mtargetPort: 8090 })), undefined);
});

test('the monitor that the requirements show is the default', () => {
  assert.deepEqual(monitorOf(made({ mtargetPort: 8090, monitor: {} }, 'elasticweb-sample')), {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'ServiceMonitor',
    metadata: {
      name: 'elasticweb-sample',
      namespace: 'dev',
      labels: {
        app: 'elasticweb-sample',
        release: 'prometheus',
        'app.kubernetes.io/name': 'elasticweb',
        'app.kubernetes.io/instance': 'elasticweb-sample',
        'app.kubernetes.io/managed-by': 'elasticweb',
      },
    },
    spec: {
      selector: {
        matchLabels: { 'app.kubernetes.io/name': 'elasticweb', 'app.kubernetes.io/instance': 'elasticweb-sample' },
      },
      endpoints: [{ port: 'metric-traffic', path: '/actuator/prometheus' }],
    },
  });
});

test('the labels and the port that it looks for are those of the metrics Service', () => {
  const manifests = made({ mtargetPort: 'metrics', monitor: {} });
  const service = manifests.find(({ metadata }) => metadata.name === 'shop-metrics');
  assert.partialDeepStrictEqual(service?.metadata.labels, monitorOf(manifests)?.spec.selector.matchLabels);
  assert.partialDeepStrictEqual(service, { spec: { ports: [{ name: 'metric-traffic' }] } });
});

test('labels, path and interval are those of the props', () => {
  const monitor = { labels: { prometheus: 'k8s', app: 'other' }, path: '/metrics', intervalSeconds: 5 };
  const found = monitorOf(made({ mtargetPort: 8090, monitor: deepFreeze(monitor) }));
  assert.partialDeepStrictEqual(found?.metadata.labels, { prometheus: 'k8s', app: 'shop' });
  assert.equal(found?.metadata.labels?.release, undefined);
  assert.partialDeepStrictEqual(found?.spec, {
    endpoints: [{ port: 'metric-traffic', path: '/metrics', interval: '5s' }],
  });
});

test('without mtargetPort the pods are asked on the traffic port, and their series say whose they are', () => {
  assert.partialDeepStrictEqual(monitorOf(made({ name: 'web', monitor: {} })), {
    kind: 'PodMonitor',
    spec: {
      podMetricsEndpoints: [
        {
          port: 'web',
          path: '/actuator/prometheus',
          relabelings: [{ action: 'replace', targetLabel: 'service', replacement: 'shop' }],
        },
      ],
    },
  });
});

test('metadata of the children is that of the monitor, too', () => {
  const metadata = { name: 'web', namespace: 'prod', labels: { team: 'shop' }, annotations: { 'example.com/a': 'b' } };
  const { metadata: found } = monitorOf(made({ metadata, monitor: {} })) ?? {};
  assert.partialDeepStrictEqual(found, { ...metadata, labels: { team: 'shop', app: 'web' } });
});

test('the children are the same with a monitor as without', () => {
  const props = { mtargetPort: 8090, totalQPS: 900 };
  assert.deepEqual(
    made({ ...props, monitor: {} }).filter((manifest) => !isMonitor(manifest)),
    made(props),
  );
});

test('the custom resource has its monitor beside it, and no field for it', () => {
  const resource = (monitor?: MonitorProps) =>
    charted((scope) => {
      const metadata = { namespace: 'prod' };
      const props = { metadata, spec: { ...spec, mtargetPort: 8090 }, ...(monitor && { monitor }) };
      const web = new ElasticWebResource(scope, 'shop', props);
      assert.equal(web.monitor?.kind, monitor && 'ServiceMonitor');
    });
  const manifests = resource({});
  assert.deepEqual(
    manifests.filter((manifest) => !isMonitor(manifest)),
    resource(),
  );
  const inAnApp = made({ mtargetPort: 8090, monitor: {}, metadata: { namespace: 'prod' } });
  assert.deepEqual(monitorOf(manifests), monitorOf(inAnApp));
});

const wrong = [
  {
    name: 'all that is wrong at once, beside what is wrong elsewhere',
    props: { port: 0, monitor: { labels: { a: 'b c', 'd e': '' }, path: 'metrics', intervalSeconds: 0, port: 9 } },
    errors: [
      /^port: must be a whole number from 1 to 65535, got 0$/,
      /^monitor\.path: must be .* got "metrics"$/,
      /^monitor\.intervalSeconds: must be a whole number from 1 to 3600, got 0$/,
      /^monitor\.port: is not a known field$/,
      /^monitor\.labels\.a: must be .* got "b c"$/,
    ],
  },
  {
    name: 'a label whose name is none',
    props: { monitor: { labels: { 'd e': '' } } },
    errors: [/^monitor\.labels: must have names .* got "d e"$/],
  },
  { name: 'what is no object', props: { monitor: true }, errors: [/^monitor: must be an object, got true$/] },
  { name: 'null', props: { monitor: null }, errors: [/^monitor: must be an object, got null$/] },
  {
    name: 'null, which is not the same as not given',
    props: { monitor: { labels: { a: null }, path: null } },
    errors: [/^monitor\.path: must be .* got null$/, /^monitor\.labels\.a: must be .* got null$/],
  },
  {
    name: 'a traffic port that cannot be asked',
    props: { protocol: 'UDP', monitor: {} },
    errors: [/^monitor: needs mtargetPort: metrics are read over TCP, and the traffic port speaks UDP$/],
  },
];
for (const { name, props, errors } of wrong) {
  test(`the monitor is refused with ${name}`, () => {
    const { monitor, ...fields } = props as { readonly monitor: unknown };
    const constructs = {
      ElasticWeb: () => made(props),
      ElasticWebResource: () =>
        charted(
          (scope) =>
            new ElasticWebResource(scope, 'shop', {
              spec: { ...spec, ...fields },
              monitor: monitor as MonitorProps,
            }),
        ),
    };
    for (const [construct, make] of Object.entries(constructs)) {
      assert.throws(make, (error: unknown) => {
        assert.ok(error instanceof InvalidPropsError);
        const [title = '', ...lines] = error.message.split('\n').map((line) => line.trim());
        assert.ok(title.startsWith(`${construct} shop: nothing was rendered`), title);
        assert.equal(lines.length, errors.length, lines.join('\n'));
        errors.forEach((expected, index) => assert.match(lines[index] ?? '', expected));
        return true;
      });
    }
  });
}

test('metrics of a UDP service are read from their own port', () => {
  const monitor = monitorOf(made({ protocol: 'UDP', mtargetPort: 8090, monitor: {} }));
  assert.equal(monitor?.kind, 'ServiceMonitor');
});
