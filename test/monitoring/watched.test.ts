/**
 * elasticweb as it is watched: a real Prometheus, configured as docs/monitoring.md shows, finds a syncer and the metrics Services of ElasticWebs
 * under load through the real API server. Scaling works with what it scrapes, and every query of the dashboard and every alert finds its series.
 */

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { ROLE, ROLE_BINDING } from '../cluster/kinds.ts';
import { OWN_SYNCER_LABEL } from '../cluster/syncer-process.ts';
import { dashboardOf, groupsOf } from '../construct/monitoring/monitored.ts';
import { eventually } from '../control-plane/eventually.ts';
import { onFreePorts } from '../control-plane/ports.ts';
import type { Prometheus } from '../control-plane/prometheus.ts';
import { useControlPlane } from '../control-plane/shared-control-plane.ts';
import { parsed } from '../prometheus/parsed.ts';
import { SINGLE, useStage } from '../scaling-real/stage.ts';
import { queryPrometheus, type Series } from '../traffic/query.ts';
import { type ScrapeConfig, scrapeConfigs } from './page.ts';

const LABEL = 'watched';
const SOON = { timeoutMs: 120_000, intervalMs: 500 };

const stage = await useStage();
const { namespace } = stage.world;
let prometheus: Prometheus;

/**
 * A job of the page, as this stage needs it. KWOK's pods have addresses at which nobody listens: what was found is scraped where the stage plays
 * it, and keeps the address as its `instance`.
 */
function onStage(config: ScrapeConfig, { address, path }: { address: string; path?: string }): object {
  const { kubeconfig } = useControlPlane();
  const namespaces = path === undefined ? {} : { namespaces: { names: [namespace] } };
  return {
    ...config,
    kubernetes_sd_configs: config.kubernetes_sd_configs.map((discovery) => ({
      ...discovery,
      ...namespaces,
      kubeconfig_file: kubeconfig,
    })),
    relabel_configs: [
      ...config.relabel_configs,
      { source_labels: ['__address__'], target_label: 'instance' },
      { target_label: '__address__', replacement: address },
      ...(path === undefined
        ? []
        : [
            {
              source_labels: ['namespace', 'pod'],
              separator: '/',
              target_label: '__metrics_path__',
              replacement: path,
            },
          ]),
    ],
  };
}

/** A Prometheus with the page's configuration and the alerts, and a syncer that asks it and is scraped by it. */
async function watch(): Promise<Prometheus> {
  const [syncers, webs, ...more] = scrapeConfigs();
  assert.ok(syncers && webs && more.length === 0);
  return onFreePorts(1, async ([port = 0]) => {
    const listening = `127.0.0.1:${port}`;
    const jobs = [
      onStage(syncers, { address: listening }),
      onStage(webs, { address: new URL(stage.fleet.origin).host, path: '/pods/$1/metrics' }),
    ];
    const watching = await stage.prometheus({ targets: [], scrapeConfigs: jobs, ruleGroups: groupsOf() });
    const election = ['--leader-elect', `--lease-namespace=${namespace}`, '--lease-name=elasticweb-syncer'];
    await stage.syncer(LABEL, watching.url, `--listen=${listening}`, ...election);
    return watching;
  });
}

/** The right to a Lease in this namespace, as the installation has it in its own. */
async function allowLease(): Promise<void> {
  await stage.world.make(ROLE, 'lease', {
    rules: [{ apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create', 'get', 'patch'] }],
  });
  await stage.world.make(ROLE_BINDING, 'lease', {
    subjects: [{ kind: 'ServiceAccount', name: 'elasticweb-syncer', namespace: 'elasticweb-system' }],
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'lease' },
  });
}

const ask = (query: string): Promise<Series[]> => queryPrometheus(prometheus.url, query);

/** The query as Grafana sends it, with everything chosen. */
const asGrafana = (expr: string): string =>
  expr
    .replaceAll('$__rate_interval', '5m') // All that this stage has seen.
    .replaceAll('"$job"', '"elasticweb-syncer"')
    .replaceAll(/"\$(namespace|name)"/g, '".+"');

interface EvaluatedRule {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
  readonly alerts: readonly { readonly state: string; readonly labels: Readonly<Record<string, string>> }[];
}

async function rules(): Promise<readonly EvaluatedRule[]> {
  const answer = await fetch(new URL('api/v1/rules', prometheus.url));
  const { data } = (await answer.json()) as { data: { groups: { rules: EvaluatedRule[] }[] } };
  return data.groups.flatMap((group) => group.rules);
}

describe('elasticweb, watched as its page says', () => {
  before(async () => {
    await allowLease();
    prometheus = await watch();
    const busy = await stage.scaled('busy', LABEL, {}, { mtargetPort: 8090 });
    const capped = await stage.scaled('capped', LABEL, { maxReplicas: 2 }, { mtargetPort: 8090 });
    const asked = { mode: 'Observe', maxReplicas: 2 } as const;
    const observed = await stage.scaled('observed', LABEL, asked, { mtargetPort: 8090 });
    const metric = { type: 'External', name: 'nobody_counts_this_total', matchLabels: { a: 'b' } } as const;
    await stage.scaled('unknown', LABEL, { metric });
    await stage.world.create('broken', { podLabels: { team: 'no spaces' } }, { [OWN_SYNCER_LABEL]: LABEL });
    busy.load.set(5.5 * SINGLE);
    capped.load.set(5.5 * SINGLE);
    observed.load.set(5.5 * SINGLE);
    await busy.reaches(6);
    await capped.reaches(2, 2);
    await observed.says('ScalingLimited', 'True', 'TooManyReplicas');
  });

  test('the series say whose they are, once for each pod', async () => {
    const counter = `http_server_requests_seconds_count{namespace="${namespace}",service="busy-metrics"}`;
    const instances = `count(count by (namespace, service, instance) (${counter})) >= 6`;
    await eventually(async () => (await ask(instances)).length === 1, { ...SOON, what: 'all pods to be scraped' });
    const [series] = await ask(counter);
    const { job, instance, pod } = series?.metric ?? {};
    assert.equal(job, 'elasticweb');
    assert.match(instance ?? '', /^[\d.]+:8090$/);
    assert.match(pod ?? '', /^busy-/);
  });

  test('Services for traffic are not scraped', async () => {
    const services = await ask(`count by (service) (up{namespace="${namespace}",job="elasticweb"})`);
    const names = services.map(({ metric }) => metric.service).toSorted();
    assert.deepEqual(names, ['busy-metrics', 'capped-metrics', 'observed-metrics']);
  });

  test('what a syncer tells of an ElasticWeb has its namespace; what it tells of itself has its own', async () => {
    const namespaces = async (metric: string) =>
      (await ask(`count by (namespace, job) (${metric}{job="elasticweb-syncer"})`)).map(({ metric: labels }) => labels);
    assert.deepEqual(await namespaces('elasticweb_ready'), [{ namespace, job: 'elasticweb-syncer' }]);
    const own = { namespace: 'elasticweb-system', job: 'elasticweb-syncer' };
    for (const metric of ['up', 'workqueue_depth']) assert.deepEqual(await namespaces(metric), [own], metric);
  });

  describe('the dashboard', { concurrency: true }, () => {
    for (const { title, targets = [] } of dashboardOf().panels) {
      for (const { refId, expr } of targets) {
        test(`${title} ${refId} shows numbers: ${expr}`, async () => {
          const look = async () => {
            const series = await ask(asGrafana(expr));
            assert.ok(
              series.some(({ value }) => Number.isFinite(value)),
              `${series.length} series`,
            );
          };
          await eventually(look, { ...SOON, what: `numbers for ${asGrafana(expr)}` });
        });
      }
    }

    test('its variables offer what there is', async () => {
      for (const { name, definition = '' } of dashboardOf().templating.list.slice(1)) {
        const [, series = ''] = /^label_values\((.*),\w+\)$/.exec(definition) ?? [];
        const values = (await ask(`count by (${name}) (${asGrafana(series)})`)).map(({ metric }) => metric[name]);
        assert.ok(values.length > 0 && values.every((value) => value), `${name}: ${values.join(', ')}`);
      }
    });
  });

  test('Prometheus evaluates every alert, and sees what is wrong here and nothing else', async () => {
    const held = await ask('count by (name) (elasticweb_held{reason="TooManyReplicas"})');
    assert.deepEqual(held.map(({ metric }) => metric.name).toSorted(), ['capped', 'observed']);
    const expected = ['ElasticWebAtMaxReplicas capped', 'ElasticWebNoSeries unknown', 'ElasticWebStalled broken'];
    await eventually(
      async () => {
        const evaluated = await rules();
        assert.equal(evaluated.length, groupsOf().flatMap((group) => group.rules).length);
        for (const { name, health, lastError } of evaluated) assert.equal(health, 'ok', `${name}: ${lastError ?? ''}`);
        const active = evaluated.flatMap(({ name, alerts }) =>
          alerts.map(({ labels }) => `${name} ${labels.name ?? ''}`),
        );
        assert.deepEqual(active.toSorted(), expected);
      },
      { ...SOON, what: 'these alerts, pending' },
    );
  });

  test('every metric that an alert names is there', async () => {
    const rulesOf = groupsOf().flatMap((group) => group.rules);
    const names = new Set(rulesOf.flatMap(({ expr }) => parsed(expr).metrics));
    assert.ok(names.size >= 15, [...names].join(', '));
    for (const name of names) assert.ok((await ask(`${name}{job="elasticweb-syncer"}`)).length > 0, name);
  });
});
